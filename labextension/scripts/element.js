// A loader that calls React.createElement by a short name: it stands there a thousand times.
module.exports = function element(source) {
  return source.includes('React.createElement(')
    ? `const element_ = React.createElement; ${source.replace(/\bReact\.createElement\(/g, 'element_(')}`
    : source;
};
