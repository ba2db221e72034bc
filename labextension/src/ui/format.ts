/** Numbers, spans of time and sizes, as people read them. */
import type { Figure } from '../api/records';

const THIN = '\u2009';
const MINUS = '\u2212';
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Seconds as words: `12 s`, `1 min 42 s`, `2 h 14 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  const s = Math.max(0, seconds);
  if (s < 10 && s !== Math.round(s)) {
    return `${s.toFixed(1)} s`;
  }
  const whole = Math.round(s);
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < HOUR) {
    return two(Math.floor(whole / 60), 'min', whole % 60, 's');
  }
  if (whole < DAY) {
    return two(Math.floor(whole / HOUR), 'h', Math.floor((whole % HOUR) / 60), 'min');
  }
  return two(Math.floor(whole / DAY), 'd', Math.floor((whole % DAY) / HOUR), 'h');
}

/** The greatest unit only: `18 min`, for lines that are short. */
export function roughly(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) {
    return `${s} s`;
  }
  if (s < HOUR) {
    return `${Math.floor(s / 60)} min`;
  }
  return s < DAY ? `${Math.floor(s / HOUR)} h` : `${Math.floor(s / DAY)} d`;
}

/** Elapsed time that is looked at while it goes: `18 min 04 s`. */
export function elapsed(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60 || s >= HOUR) {
    return duration(s);
  }
  return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
}

/** How long ago, without the word: `now`, `4 min`, `3 d`; null after seven days. */
export function age(at: string, now: number): string | null {
  const s = (now - Date.parse(at)) / 1000;
  return s > 7 * DAY ? null : roughly(s);
}

/** The day of a moment: `21 Nov 2026`, without the year when it is this year's. */
export function day(at: string, now: number = Date.now()): string {
  const moment = new Date(at);
  const year = moment.getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
  return moment.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year });
}

/** The time of day: `14:28:03`. */
export function clock(at: string | number): string {
  return new Date(at).toLocaleTimeString('en-GB', { hour12: false });
}

/** A moment, whole: `21 Nov 2026, 14:28:03 UTC−3`. */
export function moment(at: string | number): string {
  const when = new Date(at);
  const date = when.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric'
  });
  const zone = -when.getTimezoneOffset() / 60;
  const sign = zone < 0 ? MINUS : '+';
  return `${date}, ${clock(at)} UTC${zone === 0 ? '' : sign + Math.abs(zone)}`;
}

/** Bytes: `412 kB`, `3.1 MB`. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = n;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** A whole number with its thousands apart: `2,318`. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** What a metric shows, with at most so many significant digits. */
export function figure(value: unknown, digits = 4): string {
  const n = heard(value);
  if (n === null) {
    return typeof value === 'string' ? value : JSON.stringify(value ?? null);
  }
  if (Number.isNaN(n)) {
    return 'NaN';
  }
  if (!Number.isFinite(n)) {
    return n > 0 ? '∞' : `${MINUS}∞`;
  }
  const size = Math.abs(n);
  if (Number.isInteger(n) && size < 1e7) {
    return count(n).replace('-', MINUS);
  }
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    return n
      .toExponential(digits - 2)
      .replace('e+', 'e')
      .replace(/-/g, MINUS);
  }
  const places = Math.max(0, digits - Math.max(0, Math.floor(Math.log10(size)) + 1));
  return n
    .toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places })
    .replace('-', MINUS);
}

/** By its name, whether more of a metric is better (1), less is (-1), or nobody knows (0). */
export function better(name: string): number {
  return /acc|auc|f1|score|r2/i.test(name) ? 1 : /loss|mse|mae|err/i.test(name) ? -1 : 0;
}

export function percent(part: number, whole: number): number {
  return whole > 0 ? Math.min(100, Math.max(0, (100 * part) / whole)) : 0;
}

/** A figure of the wire as a number; null where it is none. */
export function heard(value: unknown): number | null {
  if (typeof value === 'number') {
    return value;
  }
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') {
    return Number(value as Figure);
  }
  return null;
}

/** A user's name; null for the random one that Jupyter gives to whoever has the token. */
export function person(name: string): string | null {
  return /^[0-9a-f]{32}$/.test(name) ? null : name;
}

/** A name's head and its last nine characters, which tell runs apart. */
export function halves(name: string, tail = 9): readonly [string, string] {
  return name.length <= tail + 4 ? [name, ''] : [name.slice(0, -tail), name.slice(-tail)];
}

export function withUnit(value: string, unit: string): string {
  return `${value}${THIN}${unit}`;
}

function two(n: number, unit: string, m: number, lesser: string): string {
  return m ? `${n} ${unit} ${m} ${lesser}` : `${n} ${unit}`;
}
