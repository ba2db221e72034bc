// What is added to the builder's own configuration: what is shipped is made small.
const path = require('path');
const { rspack } = require('@rspack/core');

const here = name => path.resolve(__dirname, name);

module.exports = {
  module: {
    rules: [
      { test: /\.css$/, include: here('../style'), enforce: 'post', use: [here('style.js')] },
      { test: /\.js$/, include: here('../lib'), enforce: 'post', use: [here('element.js')] },
      { test: /uPlot\.esm\.js$/, use: [here('uplot.js')] }
    ]
  },
  optimization: {
    mangleExports: 'size',
    minimizer: [
      new rspack.SwcJsMinimizerRspackPlugin({
        minimizerOptions: {
          ecma: 2020,
          compress: {
            ecma: 2020,
            passes: 4,
            unsafe_arrows: true,
            pure_getters: true,
            toplevel: true,
            unsafe_methods: true,
            keep_fargs: false
          }
        }
      })
    ]
  }
};
