// A loader that leaves comments and blanks out of our own styles, which are shipped inside a script.
module.exports = function smallCss(source) {
  return source
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/(^|[{;])([a-z-]+): /g, '$1$2:')
    .replace(/;}/g, '}');
};
