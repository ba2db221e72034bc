/** What part of an axis is shown, and how its marks read. Knows no React. */
import uPlot from 'uplot';

import { clock } from './format';

export type Span = [low: number, high: number];

/** What values are: shares of a whole are shown from 0 to 100, amounts from 0 on. */
export type Amount = 'any' | 'share' | 'amount';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const DECADES = 5; // marked at most
const NEAR = 0.1; // of the span, left free above and below; zero is shown when it is as near

/** Steps of an x axis that are whole: 1, 2, 5, 10 … */
export const WHOLE = Array.from({ length: 15 }, (_, i) => 10 ** i).flatMap(n => [n, 2 * n, 5 * n]);

/** From the first place to the last: a single one stands in the middle. */
export function placeRange(first: number | null, last: number | null, time: boolean): Span {
  if (first === null || last === null) {
    return [0, 1];
  }
  const room = first < last ? 0 : time ? MINUTE : 0.5;
  return [first - room, last + room];
}

export function valueRange(
  low: number | null,
  high: number | null,
  log: boolean,
  what: Amount
): Span {
  if (low === null || high === null) {
    return log ? [1, 10] : [0, what === 'share' ? 100 : 1];
  }
  if (log) {
    const [least, most] = uPlot.rangeLog(low, high, 10, true) as Span;
    return [least, Math.max(most, least * 10)];
  }
  if (what === 'share' && low >= 0 && high <= 100) {
    return [0, 100];
  }
  const [least, most] = uPlot.rangeNum(low, high, NEAR, true) as Span;
  return [what === 'any' ? least : Math.min(0, low), most];
}

/** The marks of a logarithmic axis. */
export function decades(low: number, high: number): number[] {
  const [first, last] = [low, high].map(value => Math.round(Math.log10(value)));
  const every = Math.max(1, Math.ceil((last - first) / DECADES));
  const n = Math.floor((last - first) / every);
  return Array.from({ length: n + 1 }, (_, i) => 10 ** (first + i * every));
}

/** A moment on an axis: with seconds where its marks are less than a minute apart. */
export function momentWord(at: number, apart: number): string {
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
