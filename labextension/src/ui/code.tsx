/** Code in its colors: JSON, Python, a shell. For showing; whatever is edited has an editor. */
import * as React from 'react';

export type Language = 'json' | 'python' | 'shell';
export type Token = readonly [kind: '' | 'keyword' | 'string' | 'number' | 'comment', text: string];

const WORDS: Readonly<Record<Language, RegExp>> = {
  json: /("(?:[^"\\]|\\.)*"?)|(-?\d[\d.eE+-]*)|(\btrue\b|\bfalse\b|\bnull\b)/g,
  python:
    /([fr]?"{3}[^]*?(?:"{3}|$)|[fr]?'{3}[^]*?(?:'{3}|$)|[bfr]?"(?:[^"\\\n]|\\.)*"|[bfr]?'(?:[^'\\\n]|\\.)*')|(\b\d[\d._eE]*\b)|(\b(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|False|finally|for|from|global|if|import|in|is|lambda|None|nonlocal|not|or|pass|raise|return|True|try|while|with|yield)\b)|(#.*)/g,
  shell: /('[^']*'?|"(?:[^"\\]|\\.)*"?)|(\b\d[\d.]*\b)|(^\s*\w+|\\$)|(#.*)/gm
};
const KINDS = ['string', 'number', 'keyword', 'comment'] as const;

/** The words of a text, each with its kind; together they are the text. */
export function tokens(text: string, language: Language): readonly Token[] {
  const found: Token[] = [];
  let from = 0;
  for (const match of text.matchAll(WORDS[language])) {
    const at = match.index ?? 0;
    if (at > from) {
      found.push(['', text.slice(from, at)]);
    }
    found.push([KINDS[match.slice(1).findIndex(group => group !== undefined)], match[0]]);
    from = at + match[0].length;
  }
  if (from < text.length) {
    found.push(['', text.slice(from)]);
  }
  return found;
}

/** The language of a file, as far as it is drawn in colors. */
export function languageOf(path: string): Language | null {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return ENDINGS[ending] ?? null;
}

const ENDINGS: Readonly<Record<string, Language>> = {
  py: 'python',
  json: 'json',
  sh: 'shell'
};

/** The words of each line. A word of many lines, as a docstring, is many words. */
export function byLine(text: string, language: Language | null): readonly (readonly Token[])[] {
  const rows: Token[][] = [[]];
  for (const [kind, words] of language ? tokens(text, language) : [['', text] as Token]) {
    words.split('\n').forEach((word, i) => {
      if (i > 0) {
        rows.push([]);
      }
      if (word) {
        rows[rows.length - 1].push([kind, word]);
      }
    });
  }
  return rows;
}

export function Code({
  text,
  language
}: {
  readonly text: string;
  readonly language: Language;
}): JSX.Element {
  return <Words words={tokens(text, language)} />;
}

export function Words({ words }: { readonly words: readonly Token[] }): JSX.Element {
  return (
    <>
      {words.map(([kind, word], i) =>
        kind ? (
          <span key={i} className={`jp-mlws-code-${kind}`}>
            {word}
          </span>
        ) : (
          word
        )
      )}
    </>
  );
}

const WIDE = 60;

/** JSON with lists of numbers on few lines, as a person would write it. */
export function pretty(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value) ?? 'null';
  if (flat.length + indent.length <= WIDE - 10 || value === null || typeof value !== 'object') {
    return spaced(value, flat);
  }
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every(one => typeof one !== 'object' || one === null)) {
      return `[${filled(value, deeper).trimStart()}]`;
    }
    const rows = value.map(one => deeper + pretty(one, deeper));
    return `[\n${rows.join(',\n')}\n${indent}]`;
  }
  const rows = Object.entries(value).map(
    ([name, one]) => `${deeper}${JSON.stringify(name)}: ${pretty(one, deeper)}`
  );
  return `{\n${rows.join(',\n')}\n${indent}}`;
}

/** What fits on a line, with a space after commas and colons. */
function spaced(value: unknown, flat: string): string {
  if (value === null || typeof value !== 'object') {
    return flat;
  }
  if (Array.isArray(value)) {
    return `[${value.map(one => spaced(one, JSON.stringify(one) ?? 'null')).join(', ')}]`;
  }
  const parts = Object.entries(value).map(
    ([name, one]) => `${JSON.stringify(name)}: ${spaced(one, JSON.stringify(one) ?? 'null')}`
  );
  return `{${parts.join(', ')}}`;
}

/** Plain values one after the other, broken where a line is full. */
function filled(values: readonly unknown[], indent: string): string {
  const rows: string[] = [];
  let row = indent;
  values.forEach((value, i) => {
    const word = (JSON.stringify(value) ?? 'null') + (i < values.length - 1 ? ',' : '');
    if (row.length + word.length > WIDE && row.trim()) {
      rows.push(row.trimEnd());
      row = indent;
    }
    row += `${word} `;
  });
  return [...rows, row.trimEnd()].join('\n');
}
