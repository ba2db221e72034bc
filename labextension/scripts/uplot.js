// A loader that leaves out what uPlot can do and no chart of ours asks for: bars and splines, its
// own legend, scatter plots. What is known to be so, the minimizer need not keep. And a group of
// charts with one cursor goes with its last chart: it would keep the first one for good.
const KNOWN = [
  [
    /^uPlot\.assign = assign;$.*?(?=^export )/ms,
    'uPlot.rangeNum = rangeNum;\nuPlot.rangeLog = rangeLog;\n'
  ],
  ['const showLegend = legend.show;', 'const showLegend = false;'],
  ['const mode = self.mode;', 'const mode = 1;'],
  ['const mode = u.mode;', 'const mode = 1;'],
  [/(?<=unsub\(plot\) \{\n)(.*)$/m, '$1 if (s.plots.length === 0) delete syncs[key];']
];

module.exports = function uplot(source) {
  return KNOWN.reduce((text, [from, to]) => {
    const known = text.replace(from, to);
    if (known === text) {
      throw new Error(`scripts/uplot.js does not know this version of uPlot: ${from}`);
    }
    return known;
  }, source);
};
