// What is added to the builder's own configuration: what is shipped is made small.
const path = require('path');
const { rspack } = require('@rspack/core');

const here = name => path.resolve(__dirname, name);

module.exports = {
  module: {
    rules: [
      {
        test: /\.css$/,
        include: here('../style'),
        enforce: 'pre',
        use: [
          {
            loader: 'builtin:lightningcss-loader',
            options: { minify: true, targets: 'chrome 110, firefox 110, safari 16.2' }
          }
        ]
      },
      { test: /\.js$/, include: here('../lib'), enforce: 'post', use: [here('element.js')] }
    ]
  },
  optimization: {
    minimizer: [
      new rspack.SwcJsMinimizerRspackPlugin({
        minimizerOptions: {
          ecma: 2020,
          compress: {
            ecma: 2020,
            passes: 4,
            unsafe_arrows: true,
            pure_getters: true,
            keep_fargs: false
          }
        }
      })
    ]
  }
};
