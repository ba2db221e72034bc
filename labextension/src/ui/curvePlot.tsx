/** Curves on a canvas, drawn by uPlot: plots share a cursor; a part of the x axis is drawn near. */
import * as React from 'react';
import uPlot from 'uplot';

import { decades, momentWord, placeRange, tickWord, valueRange, WHOLE } from './axes';
import type { Amount, Span } from './axes';

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
  readonly what: Amount;
  readonly unit?: (value: number) => string;
  /** Plots with the same key share the cursor. */
  readonly sync: string;
  readonly label: string;
  /** The number of the place that the cursor is at, here or in a plot that shares it. */
  readonly onCursor: (index: number | null) => void;
}

const DOT_PX = 6;
const SHARED = ['mousemove', 'mouseleave']; // a plot is drawn near by itself

export function CurvePlot(props: IPlotProps): JSX.Element {
  const { x, curves, height, log, time, what } = props;
  const box = React.useRef<HTMLDivElement>(null);
  const plot = React.useRef<uPlot | null>(null);
  const near = React.useRef<Span | null>(null);
  const theme = useTheme();
  const latest = React.useRef(props);
  latest.current = props;
  const data = React.useMemo(() => dataOf(x, curves, log), [x, curves, log]);
  const shape = [theme, log, time, height, what, ...curves.map(c => `${c.series}${!!c.raw}`)];

  React.useEffect(() => {
    const at = box.current;
    if (!at) {
      return;
    }
    const made = new uPlot(optionsOf(latest, near, at), data, at);
    plot.current = made;
    show(made, near.current);
    const watch = new ResizeObserver(() => {
      if (at.clientWidth && at.clientWidth !== made.width) {
        made.setSize({ width: at.clientWidth, height });
      }
    });
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
    const made = plot.current;
    if (made && made.data !== data) {
      made.batch(() => {
        made.setData(data, !near.current);
        show(made, near.current);
      });
    }
  }, [data]);

  return (
    <div
      ref={box}
      className="jp-mlws-plot"
      role="img"
      aria-label={props.label}
      style={{ height }}
      onDoubleClick={() => (near.current = null)}
    />
  );
}

function show(plot: uPlot, near: Span | null): void {
  if (near) {
    plot.setScale('x', { min: near[0], max: near[1] });
  }
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

/** A logarithmic scale has no place for what is not above zero. */
function dataOf(x: readonly number[], curves: readonly ICurve[], log: boolean): uPlot.AlignedData {
  const column = (values: readonly (number | null)[]) =>
    values.map(value => (log && value !== null && value <= 0 ? null : value));
  const columns = curves.flatMap(({ raw, values }) =>
    raw ? [column(raw), column(values)] : [column(values)]
  );
  return [[...x], ...columns];
}

function optionsOf(
  props: React.MutableRefObject<IPlotProps>,
  near: React.MutableRefObject<Span | null>,
  box: HTMLElement
): uPlot.Options {
  const { height, log, time, what, sync, curves, unit = tickWord } = props.current;
  const css = getComputedStyle(box);
  const color = (name: string) => css.getPropertyValue(`--jp-mlws-${name}`).trim();
  const axis = { stroke: color('muted'), font: `${css.fontSize} ${css.fontFamily}`, gap: 4 };
  const grid = { stroke: color('grid'), width: 1 };
  const series = curves.flatMap(curve => seriesOf(curve, color));
  const shared = (type: string) => SHARED.includes(type);
  return {
    width: Math.max(120, box.clientWidth),
    height,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: sync, scales: ['x', null], filters: { pub: shared, sub: shared } },
      drag: { x: true, y: false, dist: DOT_PX },
      points: { size: (_, i) => (series[i - 1].alpha ? 0 : DOT_PX) },
      y: false
    },
    scales: {
      x: { time, range: (plot, from, to) => placeRange(...placesOf(plot, from, to), time) },
      y: { distr: log ? 3 : 1, range: (_, low, high) => valueRange(low, high, log, what) }
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        ticks: { show: false },
        size: 26,
        gap: 8,
        space: 60,
        incrs: time ? undefined : WHOLE,
        values: (_, ticks, _axis, _space, apart) =>
          ticks.map(tick => (time ? momentWord(tick, apart) : tickWord(tick)))
      },
      {
        ...axis,
        grid,
        ticks: { show: false },
        size: 50,
        space: 28,
        ...(log && { splits: (_, _axis, low, high) => decades(low, high), filter: all }),
        values: (_, ticks) => ticks.map(tick => (tick === null ? '' : unit(tick)))
      }
    ],
    series: [{}, ...series],
    hooks: {
      setCursor: [plot => props.current.onCursor(plot.cursor.idx ?? null)],
      setSelect: [
        ({ select: { left, width }, posToVal }) => {
          near.current = [posToVal(left, 'x'), posToVal(left + width, 'x')];
        }
      ]
    }
  };
}

/** From the fifth on a dash too, so that no two differ by color alone. */
function seriesOf({ series, raw }: ICurve, color: (name: string) => string): uPlot.Series[] {
  const stroke = color(`series-${((series - 1) % 8) + 1}`);
  const line: uPlot.Series = {
    stroke,
    width: 1.5,
    dash: series > 4 ? [6, 3] : undefined,
    spanGaps: true,
    points: { show: alone, size: DOT_PX, fill: stroke }
  };
  return raw ? [{ ...line, alpha: 0.3, points: { show: false } }, line] : [line];
}

/** uPlot asks for a wide range where there is one place only. */
function placesOf({ data: [x] }: uPlot, from: number, to: number): Span {
  return x.length === 1 ? [x[0], x[0]] : [from, to];
}

/** Every mark has its word. */
const all = (_: uPlot, ticks: number[]) => ticks;

/** Whether a curve is a single point, which is a dot: there is no line to see. */
function alone(plot: uPlot, series: number): boolean {
  return Array.from(plot.data[series]).filter(value => value !== null).length === 1;
}
