/** How full something is: a bar, slots, a row of progress. */
import * as React from 'react';

import { percent } from './format';
import type { Tone } from './states';

export interface IBarProps {
  readonly value: number;
  readonly tone?: Tone;
  readonly label?: string;
  readonly thin?: boolean;
}

/** A bar, from 0 to 100. */
export function Bar({ value, tone = 'run', label, thin = false }: IBarProps): JSX.Element {
  return (
    <span
      className={`jp-mlws-bar jp-mlws-tone-${tone} ${thin ? 'jp-mlws-bar-thin' : ''}`}
      role={label ? 'progressbar' : undefined}
      aria-label={label}
      aria-valuenow={label ? Math.round(value) : undefined}
      aria-valuemin={label ? 0 : undefined}
      aria-valuemax={label ? 100 : undefined}
    >
      <i style={{ width: `${value}%` }} />
    </span>
  );
}

export interface IMeterProps {
  readonly label: string;
  /** From 0 to 100; null where it is not measured yet. */
  readonly value: number | null;
  readonly warnAbove?: number;
}

/** A label, a percentage, and the bar below. */
export function Meter({ label, value, warnAbove = 92 }: IMeterProps): JSX.Element {
  return (
    <div className="jp-mlws-meter">
      <div className="jp-mlws-meter-words">
        <span>{label}</span>
        <span>{value === null ? '–' : `${Math.round(value)} %`}</span>
      </div>
      <Bar value={value ?? 0} tone={(value ?? 0) > warnAbove ? 'warn' : 'run'} />
    </div>
  );
}

/** One mark a slot; above sixteen, a bar. */
export function Slots({
  used,
  total,
  label
}: {
  readonly used: number;
  readonly total: number;
  readonly label: string;
}): JSX.Element {
  if (total > 16) {
    return (
      <span className="jp-mlws-slots-bar" role="img" aria-label={label}>
        <Bar value={percent(used, total)} />
      </span>
    );
  }
  return (
    <span className="jp-mlws-slots" role="img" aria-label={label}>
      {Array.from({ length: total }, (_, i) => (
        <i key={i} className={i < used ? 'jp-mod-on' : ''} />
      ))}
    </span>
  );
}

/** A metric: name, last value, one line of context, its shape. */
export function MetricTile({
  name,
  value,
  children,
  spark
}: {
  readonly name: string;
  readonly value: React.ReactNode;
  readonly children?: React.ReactNode;
  readonly spark?: React.ReactNode;
}): JSX.Element {
  return (
    <div className="jp-mlws-tile">
      <div className="jp-mlws-tile-name jp-mlws-cut" title={name}>
        {name}
      </div>
      <div className="jp-mlws-row">
        <span className="jp-mlws-tile-value">{value}</span>
        <span className="jp-mlws-end">{spark}</span>
      </div>
      <div className="jp-mlws-tile-more jp-mlws-cut">{children}</div>
    </div>
  );
}
