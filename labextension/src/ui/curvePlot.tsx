/** Curves on a canvas. Colors are read from the theme, and read again when it changes. */
import * as React from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface ICurve {
  readonly name: string;
  /** Its color: a series of the palette, from 1 on. */
  readonly series: number;
  readonly values: readonly (number | null)[];
  /** Drawn faint behind the curve: the values as they were before smoothing. */
  readonly raw?: readonly (number | null)[];
}

export interface IPlotProps {
  readonly x: readonly number[];
  readonly curves: readonly ICurve[];
  readonly height: number;
  readonly log: boolean;
  readonly time: boolean;
  readonly unit?: (value: number) => string;
  /** Plots with the same key share the cursor. */
  readonly sync: string;
  readonly label: string;
  readonly onCursor: (index: number | null) => void;
}

/** Steps are whole: 1, 2, 5, 10 … */
const WHOLE = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8].flatMap(n => [n, 2 * n, 5 * n]);

/** How a value of the x axis reads. */
type Shown = (value: number) => string;

export function CurvePlot(props: IPlotProps): JSX.Element {
  const node = React.useRef<HTMLDivElement>(null);
  const plot = React.useRef<uPlot | null>(null);
  const theme = useTheme();
  const cursor = React.useRef(props.onCursor);
  cursor.current = props.onCursor;
  const { log, time, height, curves } = props;
  const shape = [theme, log, time, height, ...curves.map(c => `${c.name}${c.series}${!!c.raw}`)];

  React.useEffect(() => {
    const at = node.current;
    if (!at) {
      return;
    }
    const options = optionsOf(props, at, index => cursor.current(index));
    const made = new uPlot(options, dataOf(props), at);
    plot.current = made;
    const watch = new ResizeObserver(() =>
      made.setSize({ width: at.clientWidth, height: props.height })
    );
    watch.observe(at);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
    // A plot is made anew when its shape changes; its data are set below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape.join('|')]);

  React.useEffect(() => {
    plot.current?.setData(dataOf(props));
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [props.x, props.curves]);

  return (
    <div
      ref={node}
      className="jp-mlws-plot"
      role="img"
      aria-label={props.label}
      style={{ height }}
    />
  );
}

/** The name of the theme, by which colors change. */
function useTheme(): string {
  const read = () => document.body.dataset.jpThemeName ?? '';
  const [name, setName] = React.useState(read);
  React.useEffect(() => {
    const watch = new MutationObserver(() => setName(read()));
    watch.observe(document.body, { attributeFilter: ['data-jp-theme-name'] });
    return () => watch.disconnect();
  }, []);
  return name;
}

function dataOf({ x, curves }: IPlotProps): uPlot.AlignedData {
  const columns = curves.flatMap(curve =>
    curve.raw ? [[...curve.raw], [...curve.values]] : [[...curve.values]]
  );
  return [[...x], ...columns];
}

function optionsOf(
  props: IPlotProps,
  node: HTMLElement,
  onCursor: (index: number | null) => void
): uPlot.Options {
  const css = getComputedStyle(node);
  const color = (name: string) => css.getPropertyValue(name).trim();
  const words = color('--jp-mlws-muted');
  const grid = color('--jp-mlws-grid');
  const font = `11px ${css.fontFamily}`;
  const axis = { stroke: words, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  const shown: Shown = props.unit ?? tickWord;
  return {
    width: Math.max(120, node.clientWidth),
    height: props.height,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: props.sync },
      drag: { x: true, y: false },
      points: { size: 7 },
      y: false
    },
    scales: {
      x: { time: props.time },
      y: { distr: props.log ? 3 : 1 }
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        gap: 4,
        space: 60,
        ...(props.time ? {} : { incrs: WHOLE })
      },
      {
        ...axis,
        size: 46,
        gap: 4,
        space: 28,
        values: (_, ticks) => ticks.map(tick => (tick === null ? '' : shown(tick)))
      }
    ],
    series: [{}, ...props.curves.flatMap(curve => seriesOf(curve, color))],
    hooks: { setCursor: [made => onCursor(made.cursor.idx ?? null)] }
  };
}

/** A value of an axis with no more digits than it has: `0.8`, `6k`. */
export function tickWord(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-4)) {
    return value.toExponential(1).replace('e+', 'e').replace('.0e', 'e');
  }
  const [scaled, unit] =
    size >= 1e6 ? [value / 1e6, 'M'] : size >= 1e3 ? [value / 1e3, 'k'] : [value, ''];
  return `${Number(scaled.toPrecision(4))}${unit}`.replace('-', '−');
}

/** From the fifth on a dash too, so that no two differ by color alone. */
function seriesOf(curve: ICurve, color: (name: string) => string): uPlot.Series[] {
  const stroke = color(`--jp-mlws-series-${((curve.series - 1) % 8) + 1}`);
  const dash = curve.series > 4 ? [6, 3] : undefined;
  const line = { stroke, width: 1.5, dash, spanGaps: true, points: { show: false } };
  return curve.raw ? [{ ...line, width: 1, alpha: 0.3, points: { show: false } }, line] : [line];
}
