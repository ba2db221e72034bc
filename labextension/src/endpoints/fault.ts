/** Where a text stops being JSON. Browsers each say it in their own way, some without the place. */

export interface IFault {
  readonly line: number;
  readonly column: number;
  /** What stands there instead: `,`; empty at the end of the text. */
  readonly found: string;
  readonly wanted: 'a value' | 'a name' | 'a colon' | 'a comma' | 'nothing more';
}

class Stop extends Error {
  constructor(
    readonly at: number,
    readonly wanted: IFault['wanted']
  ) {
    super(wanted);
  }
}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y; // eslint-disable-line no-control-regex
const PLAIN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)\b/y;

/** Null where the text is JSON. */
export function faultOf(text: string): IFault | null {
  try {
    const end = spaces(text, value(text, spaces(text, 0)));
    if (end < text.length) {
      throw new Stop(end, 'nothing more');
    }
    return null;
  } catch (stop) {
    if (!(stop instanceof Stop)) {
      throw stop;
    }
    const before = text.slice(0, stop.at).split('\n');
    return {
      line: before.length,
      column: before[before.length - 1].length + 1,
      found: /^(?:\w+|[^])/.exec(text.slice(stop.at))?.[0] ?? '',
      wanted: stop.wanted
    };
  }
}

function value(text: string, at: number): number {
  if (text[at] === '{') {
    return list(text, at, '}', field);
  }
  if (text[at] === '[') {
    return list(text, at, ']', value);
  }
  return match(STRING, text, at) ?? match(PLAIN, text, at) ?? stop(at, 'a value');
}

/** What stands between brackets, with commas between; none at the end. */
function list(
  text: string,
  open: number,
  close: string,
  one: (text: string, at: number) => number
): number {
  let at = spaces(text, open + 1);
  if (text[at] === close) {
    return at + 1;
  }
  for (;;) {
    at = spaces(text, one(text, at));
    if (text[at] === close) {
      return at + 1;
    }
    if (text[at] !== ',') {
      return stop(at, 'a comma');
    }
    at = spaces(text, at + 1);
  }
}

function field(text: string, at: number): number {
  const colon = spaces(text, match(STRING, text, at) ?? stop(at, 'a name'));
  return text[colon] === ':' ? value(text, spaces(text, colon + 1)) : stop(colon, 'a colon');
}

function spaces(text: string, at: number): number {
  return match(SPACE, text, at) ?? at;
}

/** Where what matches at a place ends. */
function match(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function stop(at: number, wanted: IFault['wanted']): never {
  throw new Stop(at, wanted);
}
