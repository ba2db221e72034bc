/** The shape of a curve, without figures. */
import * as React from 'react';

import { heard } from './format';

export interface ISparklineProps {
  readonly points: readonly unknown[];
  readonly width?: number;
  readonly height?: number;
  readonly quiet?: boolean;
  readonly live?: boolean;
}

export function Sparkline({
  points,
  width = 48,
  height = 16,
  quiet = false,
  live = false
}: ISparklineProps): JSX.Element | null {
  const values = points.map(heard).filter(isFiniteNumber);
  if (values.length < 2) {
    return null;
  }
  const at = place(values, width, height);
  const drawn = values.map((value, i) => at(value, i).join(' ')).join('L');
  const [x, y] = at(values[values.length - 1], values.length - 1);
  return (
    <svg
      className={`jp-mlws-spark ${quiet ? 'jp-mlws-spark-quiet' : ''}`}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      <path d={`M${drawn}`} fill="none" strokeWidth="1.3" strokeLinejoin="round" />
      {live && <circle cx={x} cy={y} r="2" />}
    </svg>
  );
}

function isFiniteNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

function place(values: readonly number[], width: number, height: number) {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  return (value: number, i: number): readonly [string, string] => [
    (1 + (i * (width - 5)) / (values.length - 1)).toFixed(1),
    (height - 2.5 - ((value - low) / span) * (height - 5)).toFixed(1)
  ];
}
