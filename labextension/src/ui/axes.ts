/** Where the marks of an axis stand, and how it maps values to places. Knows no React. */
import { clock } from './format';
import { scale } from './miniPlot';

export type Span = readonly [low: number, high: number];

export interface IAxis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Where a value stands, from 0 to 1. */
  readonly at: (value: number) => number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ROUND_S = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map(n => n * MINUTE),
  ...[1, 2, 3, 6, 12].map(n => n * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365].map(n => n * DAY)
];
const DECADES = 5;

/** The least and the greatest of what is finite; null where nothing is. */
export function spanOf(values: Iterable<number | null>): Span | null {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value !== null && Number.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : null;
}

/** The axis of steps or seconds: a single one stands in the middle. */
export function stepAxis([first, last]: Span, most: number): IAxis {
  const [low, high] = first === last ? [first - 0.5, last + 0.5] : [first, last];
  const rough = Math.max(1, (high - low) / Math.max(1, most));
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find(one => one * power >= rough * 0.999) ?? 10) * power;
  return linear(low, high, marks(low, high, step, 0));
}

/** The axis of moments, in unix seconds; `zone_s` is how far the local clock is ahead. */
export function timeAxis([first, last]: Span, most: number, zone_s: number): IAxis {
  const [low, high] = first === last ? [first - MINUTE, last + MINUTE] : [first, last];
  const rough = (high - low) / Math.max(1, most);
  const step = ROUND_S.find(one => one >= rough) ?? ROUND_S[ROUND_S.length - 1];
  return linear(low, high, marks(low, high, step, zone_s));
}

/** What values are: shares of a whole are shown from 0 to 100, amounts from 0 on. */
export type Amount = 'any' | 'share' | 'amount';

export function valueAxis(values: Iterable<number | null>, log: boolean, what: Amount): IAxis {
  const span = spanOf(log ? positives(values) : values);
  if (what === 'share' && !log && span && span[0] >= 0 && span[1] <= 100) {
    return linear(0, 100, [0, 50, 100]);
  }
  if (!log) {
    const [low, high, ticks] = scale(span ?? [], what === 'amount');
    return linear(low, high, ticks);
  }
  const [least, most] = span ?? [1, 10];
  const first = Math.floor(Math.log10(least));
  const last = Math.max(first + 1, Math.ceil(Math.log10(most)));
  const every = Math.ceil((last - first) / DECADES);
  const n = Math.floor((last - first) / every);
  const ticks = Array.from({ length: n + 1 }, (_, i) => 10 ** (first + i * every));
  const at = (value: number) => (Math.log10(value) - first) / (last - first);
  return { low: 10 ** first, high: 10 ** last, ticks, at };
}

/** A moment on an axis: with seconds where its marks are less than a minute apart. */
export function momentWord(axis: IAxis, at: number): string {
  const [a, b] = axis.ticks;
  const apart = b - a;
  if (apart >= DAY) {
    return new Date(at * 1000).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  }
  return apart < MINUTE ? clock(at * 1000) : clock(at * 1000).slice(0, 5);
}

/** A value with no more digits than it has: `0.8`, `6k`. */
export function tickWord(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-4)) {
    return value.toExponential(1).replace('e+', 'e').replace('.0e', 'e').replace(/-/g, '−');
  }
  const [scaled, unit] =
    size >= 1e6 ? [value / 1e6, 'M'] : size >= 1e3 ? [value / 1e3, 'k'] : [value, ''];
  return `${Number(scaled.toPrecision(4))}${unit}`.replace('-', '−');
}

/** The number of the place that is nearest; the places go up. */
export function nearest(places: readonly number[], at: number): number {
  let low = 0;
  let high = places.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle] < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low > 0 && at - places[low - 1] < places[low] - at ? low - 1 : low;
}

function linear(low: number, high: number, ticks: readonly number[]): IAxis {
  return { low, high, ticks, at: value => (value - low) / (high - low) };
}

function marks(low: number, high: number, step: number, zone: number): readonly number[] {
  const first = Math.ceil((low + zone) / step);
  const n = Math.floor((high + zone) / step) - first;
  return Array.from({ length: Math.max(0, n + 1) }, (_, i) => (first + i) * step - zone);
}

function* positives(values: Iterable<number | null>): Iterable<number> {
  for (const value of values) {
    if (value !== null && value > 0) {
      yield value;
    }
  }
}
