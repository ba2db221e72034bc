// What is added to the builder's own configuration.
const path = require('path');

module.exports = {
  module: {
    rules: [
      {
        test: /\.css$/,
        include: path.resolve(__dirname, '..', 'style'),
        enforce: 'pre',
        use: [path.resolve(__dirname, 'small-css.js')]
      }
    ]
  }
};
