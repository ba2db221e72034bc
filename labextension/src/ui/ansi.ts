/** A log's bytes as lines of colored text: ANSI colors, and lines that are written over. */

export interface ISpan {
  readonly text: string;
  /** Names of the classes `jp-mlws-ansi-…`. */
  readonly styles: readonly string[];
  /** A color of the 256 or the 16 million, as CSS; null for the eight. */
  readonly color: string | null;
}

export type Line = readonly ISpan[];

const COLORS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
// Color and style codes are kept apart; cursor moves and titles are left out.
const ESC = '\u001b';
const BELL = '\u0007';
const ESCAPE = new RegExp(
  [
    `${ESC}\\[([0-9;:?]*)([A-Za-z])`,
    `${ESC}\\][^${BELL}${ESC}]*(?:${BELL}|${ESC}\\\\)`,
    `${ESC}(?:[()][A-Z0-9]|[=>])`
  ].join('|'),
  'g'
);

interface IStyle {
  readonly styles: ReadonlySet<string>;
  readonly hue: string | null;
  readonly color: string | null;
}

const PLAIN: IStyle = { styles: new Set(), hue: null, color: null };

/** Lines of a log as they would stand in a terminal. `\r` begins the line anew. */
export function lines(text: string): readonly Line[] {
  let style = PLAIN;
  return text.split('\n').map(raw => {
    let line: Line = [];
    for (const written of raw.replace(/\r+$/, '').split('\r')) {
      const [spans, after] = spansOf(written, style);
      style = after;
      line = spans.length || !line.length ? spans : line;
    }
    return line;
  });
}

/** The text without its colors. */
export function plain(text: string): string {
  return text.replace(ESCAPE, '');
}

/** How many times a line was written over. */
export function rewrites(raw: string): number {
  return raw.replace(/\r+$/, '').split('\r').length - 1;
}

export function textOf(line: Line): string {
  return line.map(span => span.text).join('');
}

function spansOf(text: string, start: IStyle): readonly [Line, IStyle] {
  const spans: ISpan[] = [];
  let style = start;
  let from = 0;
  const push = (to: number) => {
    if (to > from) {
      spans.push(span(text.slice(from, to), style));
    }
  };
  for (const escape of text.matchAll(ESCAPE)) {
    push(escape.index ?? 0);
    from = (escape.index ?? 0) + escape[0].length;
    if (escape[2] === 'm') {
      style = turned(style, escape[1].split(/[;:]/).map(Number));
    }
  }
  push(text.length);
  return [spans, style];
}

function span(text: string, { styles, hue, color }: IStyle): ISpan {
  return { text, styles: hue ? [...styles, hue] : [...styles], color };
}

function turned(style: IStyle, codes: readonly number[]): IStyle {
  const styles = new Set(style.styles);
  let { hue, color } = style;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) {
      styles.clear();
      [hue, color] = [null, null];
    } else if (code === 38 || code === 48) {
      const [n, said] = extended(codes.slice(i + 1));
      [hue, color] = code === 38 ? [null, said] : [hue, color];
      i += n;
    } else if (code === 39) {
      [hue, color] = [null, null];
    } else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
      [hue, color] = [COLORS[code % 10], null];
      if (code >= 90) {
        styles.add('bold');
      }
    } else {
      mark(styles, code);
    }
  }
  return { styles, hue, color };
}

function mark(styles: Set<string>, code: number): void {
  const on: Readonly<Record<number, string>> = {
    1: 'bold',
    2: 'faint',
    3: 'italic',
    4: 'underline'
  };
  const off: Readonly<Record<number, readonly string[]>> = {
    22: ['bold', 'faint'],
    23: ['italic'],
    24: ['underline']
  };
  if (on[code]) {
    styles.add(on[code]);
  }
  off[code]?.forEach(name => styles.delete(name));
}

/** What follows 38: how many codes it takes, and the color. */
function extended(codes: readonly number[]): readonly [number, string | null] {
  if (codes[0] === 2) {
    return [4, `rgb(${codes.slice(1, 4).join(' ')})`];
  }
  return codes[0] === 5 ? [2, indexed(codes[1])] : [0, null];
}

function indexed(n: number): string | null {
  if (n < 16) {
    return `var(--jp-mlws-ansi-${COLORS[n % 8]})`;
  }
  if (n >= 232) {
    const gray = 8 + (n - 232) * 10;
    return `rgb(${gray} ${gray} ${gray})`;
  }
  const at = (k: number) => [0, 95, 135, 175, 215, 255][k];
  const cube = n - 16;
  return `rgb(${at(Math.floor(cube / 36))} ${at(Math.floor(cube / 6) % 6)} ${at(cube % 6)})`;
}
