/** Curves with axes, a cursor that plots share, and a part of the x axis that can be drawn near. */
import { Signal } from '@lumino/signaling';
import * as React from 'react';

import { momentWord, spanOf, stepAxis, tickWord, timeAxis, valueAxis } from './axes';
import type { Amount, IAxis, Span } from './axes';
import { useWidth } from './miniPlot';

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
  readonly label: string;
  /** The number of the place that the cursor is at. */
  readonly cursor: number | null;
  /** The pointer is at a place of the x axis, or left. */
  readonly onPoint: (at: number | null) => void;
}

const LEFT = 46;
const RIGHT = 12;
const TOP = 8;
const BOTTOM = 24;
const TICK_PX = 60;
const LEAST_DRAG_PX = 6;

interface IFrame {
  readonly x: IAxis;
  readonly y: IAxis;
  readonly left: (value: number) => number;
  readonly top: (value: number) => number;
}

export function CurvePlot(props: IPlotProps): JSX.Element {
  const { x, curves, height, log, time, what, cursor } = props;
  const [box, width] = useWidth();
  const [near, setNear] = React.useState<Span | null>(null);
  const [drag, setDrag] = React.useState<Span | null>(null);
  React.useEffect(() => setNear(null), [time]);
  const frame = React.useMemo(
    () => frameOf(x, curves, { width, height, log, time, what, near }),
    [x, curves, width, height, log, time, what, near]
  );
  const place = (event: React.PointerEvent) => {
    const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return Math.min(width - RIGHT, Math.max(LEFT, at));
  };
  const valueAt = (px: number) =>
    frame.x.low + ((px - LEFT) / (width - LEFT - RIGHT)) * (frame.x.high - frame.x.low);
  const onUp = () => {
    const [from, to] = drag ?? [0, 0];
    if (Math.abs(to - from) > LEAST_DRAG_PX) {
      setNear([valueAt(Math.min(from, to)), valueAt(Math.max(from, to))]);
    }
    setDrag(null);
  };
  return (
    <div ref={box} className="jp-mlws-plot" style={{ height }}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={props.label}
          onPointerDown={event => setDrag([place(event), place(event)])}
          onPointerMove={event => {
            props.onPoint(valueAt(place(event)));
            setDrag(drag && [drag[0], place(event)]);
          }}
          onPointerUp={onUp}
          onPointerLeave={() => {
            props.onPoint(null);
            setDrag(null);
          }}
          onDoubleClick={() => setNear(null)}
        >
          <Grid {...props} frame={frame} width={width} />
          <svg
            x={LEFT}
            width={Math.max(0, width - LEFT - RIGHT)}
            height={height - BOTTOM + 2}
            overflow={near ? 'hidden' : 'visible'}
          >
            <Lines x={x} curves={curves} frame={frame} />
          </svg>
          {cursor !== null && <Cursor {...props} at={cursor} frame={frame} />}
          {drag && (
            <rect
              className="jp-mlws-plot-drag"
              x={Math.min(...drag)}
              width={Math.abs(drag[1] - drag[0])}
              y={TOP}
              height={height - TOP - BOTTOM}
            />
          )}
        </svg>
      )}
    </div>
  );
}

const cursors = new Map<string, Signal<object, number | null>>();

/** A place of the x axis that all plots with the same key point at. */
export function useCursor(key: string): readonly [number | null, (at: number | null) => void] {
  const [at, setAt] = React.useState<number | null>(null);
  const signal = React.useMemo(() => {
    const found = cursors.get(key) ?? new Signal<object, number | null>({});
    cursors.set(key, found);
    return found;
  }, [key]);
  React.useEffect(() => {
    const onMoved = (_: object, moved: number | null) => setAt(moved);
    signal.connect(onMoved);
    return () => {
      signal.disconnect(onMoved);
    };
  }, [signal]);
  return [at, React.useCallback((moved: number | null) => signal.emit(moved), [signal])];
}

interface IShape {
  readonly width: number;
  readonly height: number;
  readonly log: boolean;
  readonly time: boolean;
  readonly what: Amount;
  readonly near: Span | null;
}

function frameOf(x: readonly number[], curves: readonly ICurve[], shape: IShape): IFrame {
  const { width, height, near } = shape;
  const span = near ?? spanOf(x) ?? [0, 1];
  const most = (width - LEFT - RIGHT) / TICK_PX;
  const zone_s = -60 * new Date().getTimezoneOffset();
  const across = shape.time ? timeAxis(span, most, zone_s) : stepAxis(span, most);
  const seen = (_: unknown, i: number) => x[i] >= span[0] && x[i] <= span[1];
  const values = curves.flatMap(one => [
    ...one.values.filter(seen),
    ...(one.raw ?? []).filter(seen)
  ]);
  const up = valueAxis(values, shape.log, shape.what);
  return {
    x: across,
    y: up,
    left: value => LEFT + across.at(value) * (width - LEFT - RIGHT),
    top: value => TOP + (1 - up.at(value)) * (height - TOP - BOTTOM)
  };
}

function Grid({
  frame,
  width,
  height,
  time,
  unit = tickWord
}: IPlotProps & { readonly frame: IFrame; readonly width: number }): JSX.Element {
  return (
    <>
      {frame.y.ticks.map(tick => (
        <g key={tick}>
          <line x1={LEFT} x2={width - RIGHT} y1={frame.top(tick)} y2={frame.top(tick)} />
          <text x={LEFT - 6} y={frame.top(tick) + 4} textAnchor="end">
            {unit(tick)}
          </text>
        </g>
      ))}
      {frame.x.ticks.map(tick => (
        <text key={tick} x={frame.left(tick)} y={height - 8} textAnchor="middle">
          {time ? momentWord(frame.x, tick) : tickWord(tick)}
        </text>
      ))}
    </>
  );
}

/** From the fifth on a dash too, so that no two differ by color alone. */
const Lines = React.memo(function Lines({
  x,
  curves,
  frame
}: {
  readonly x: readonly number[];
  readonly curves: readonly ICurve[];
  readonly frame: IFrame;
}): JSX.Element {
  return (
    <>
      {curves.map((curve, i) => (
        <g
          key={i}
          className={`jp-mlws-series-${((curve.series - 1) % 8) + 1}`}
          strokeDasharray={curve.series > 4 ? '6 3' : undefined}
        >
          {curve.raw && <Line x={x} values={curve.raw} frame={frame} faint />}
          <Line x={x} values={curve.values} frame={frame} />
        </g>
      ))}
    </>
  );
});

function Line({
  x,
  values,
  frame,
  faint = false
}: {
  readonly x: readonly number[];
  readonly values: readonly (number | null)[];
  readonly frame: IFrame;
  readonly faint?: boolean;
}): JSX.Element {
  const points = values.flatMap((value, i): string[] => {
    const top = value === null ? NaN : frame.top(value);
    return Number.isFinite(top)
      ? [`${(frame.left(x[i]) - LEFT).toFixed(1)} ${top.toFixed(1)}`]
      : [];
  });
  const [left, top] = points.length === 1 ? points[0].split(' ') : [];
  return left ? (
    <circle cx={left} cy={top} r={3} />
  ) : (
    <path d={points.length ? `M${points.join('L')}` : ''} opacity={faint ? 0.3 : 1} />
  );
}

function Cursor({
  x,
  curves,
  height,
  frame,
  at
}: IPlotProps & { readonly frame: IFrame; readonly at: number }): JSX.Element | null {
  const left = frame.left(x[at]);
  return x[at] === undefined || x[at] < frame.x.low || x[at] > frame.x.high ? null : (
    <>
      <line className="jp-mlws-plot-cursor" x1={left} x2={left} y1={TOP} y2={height - BOTTOM} />
      {curves.map(({ values, series }, i) => {
        const value = values[at];
        return value === null || !Number.isFinite(frame.top(value)) ? null : (
          <circle
            key={i}
            className={`jp-mlws-series-${((series - 1) % 8) + 1}`}
            cx={left}
            cy={frame.top(value)}
            r={3}
          />
        );
      })}
    </>
  );
}
