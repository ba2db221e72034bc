// A loader in place of css-loader and style-loader: the stylesheet and what it imports as one string.
const { browserslistToTargets, bundle } = require('lightningcss');

const targets = browserslistToTargets(['chrome 110', 'firefox 110', 'safari 16.2']);

module.exports.pitch = function style() {
  this.addContextDependency(this.context);
  const { code } = bundle({ filename: this.resourcePath, minify: true, targets });
  return `const sheet = document.createElement('style');
sheet.textContent = ${JSON.stringify(code.toString())};
document.head.append(sheet);`;
};
