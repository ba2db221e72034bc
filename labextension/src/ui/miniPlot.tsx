/** A small chart with axes. It holds few points; large series have a chart of their own. */
import * as React from 'react';

import { figure, heard } from './format';

export interface ICurve {
  readonly values: readonly unknown[];
  /** The number of a series, or a tone. */
  readonly color: 1 | 2 | 'bad';
  readonly filled?: boolean;
}

export interface IMiniPlotProps {
  readonly curves: readonly ICurve[];
  /** Where along the x axis a word stands, from 0 to 1. */
  readonly ticks: readonly (readonly [at: number, word: string])[];
  readonly height?: number;
  readonly zero?: boolean;
  /** A dot at each point. */
  readonly dotted?: boolean;
  /** What the chart shows, for those who do not see it. */
  readonly label: string;
}

const LEFT = 44;
const RIGHT = 8;
const TOP = 6;
const BOTTOM = 20;

export function MiniPlot({
  curves,
  ticks,
  height = 118,
  zero = false,
  dotted = false,
  label
}: IMiniPlotProps): JSX.Element {
  const [box, width] = useWidth();
  const found = curves.map(curve => curve.values.map(heard));
  const [low, high, steps] = scale(found.flat().filter(isFinite_), zero);
  const x = (i: number, n: number) => LEFT + (n > 1 ? i / (n - 1) : 1) * (width - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - (value - low) / (high - low)) * (height - TOP - BOTTOM);
  return (
    <div ref={box} className="jp-mlws-mini" style={{ height }}>
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={label}>
          {steps.map(step => (
            <g key={step}>
              <line x1={LEFT} x2={width - RIGHT} y1={y(step)} y2={y(step)} />
              <text x={LEFT - 8} y={y(step) + 4} textAnchor="end">
                {tick(step)}
              </text>
            </g>
          ))}
          {ticks.map(([at, word]) => (
            <text
              key={word}
              x={LEFT + at * (width - LEFT - RIGHT)}
              y={height - 4}
              textAnchor={at === 0 ? 'start' : at === 1 ? 'end' : 'middle'}
            >
              {word}
            </text>
          ))}
          {found.map((values, k) => (
            <Line
              key={k}
              curve={curves[k]}
              points={values.map((value, i) =>
                isFinite_(value) ? [x(i, values.length), y(value)] : null
              )}
              floor={y(low)}
              dotted={dotted}
            />
          ))}
        </svg>
      )}
    </div>
  );
}

function Line({
  curve,
  points,
  floor,
  dotted
}: {
  readonly curve: ICurve;
  readonly points: readonly (readonly [number, number] | null)[];
  readonly floor: number;
  readonly dotted: boolean;
}): JSX.Element {
  const known = points.filter((point): point is readonly [number, number] => point !== null);
  const drawn = known.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L');
  const color =
    curve.color === 'bad' ? 'var(--jp-mlws-bad)' : `var(--jp-mlws-series-${curve.color})`;
  const last = known[known.length - 1];
  return (
    <g style={{ color }}>
      {curve.filled && known.length > 1 && (
        <path
          className="jp-mlws-mini-fill"
          d={`M${known[0][0]} ${floor}L${drawn}L${last[0]} ${floor}Z`}
        />
      )}
      {known.length > 1 && <path className="jp-mlws-mini-line" d={`M${drawn}`} />}
      {(dotted ? known : last ? [last] : []).map(([x, y]) => (
        <circle key={x} cx={x} cy={y} r={2} />
      ))}
    </g>
  );
}

/** Round numbers that a range lies in, and the steps between: at most four. */
export function scale(
  values: readonly number[],
  zero: boolean
): readonly [low: number, high: number, steps: readonly number[]] {
  const least = zero ? 0 : Math.min(...values);
  const most = Math.max(...values, least);
  if (!Number.isFinite(least) || values.length === 0) {
    return [0, 1, [0, 1]];
  }
  const span = most - least || Math.abs(most) / 10 || 1;
  const rough = span / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find(one => one * power >= rough) ?? 10) * power;
  const low = Math.floor(least / step + 1e-9) * step;
  const high = Math.max(Math.ceil(most / step - 1e-9) * step, low + 2 * step);
  const n = Math.round((high - low) / step);
  return [low, high, Array.from({ length: n + 1 }, (_, i) => low + i * step)];
}

function tick(value: number): string {
  const round = Number(value.toPrecision(6));
  return Math.abs(round) < 1e4 ? String(round).replace('-', '\u2212') : figure(round, 3);
}

function isFinite_(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

/** How wide an element is, and again when that changes. */
export function useWidth(): readonly [React.RefObject<HTMLDivElement>, number] {
  const box = React.useRef<HTMLDivElement>(null);
  const [width, setWidth] = React.useState(0);
  React.useLayoutEffect(() => {
    const element = box.current;
    if (!element) {
      return;
    }
    setWidth(element.clientWidth);
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}
