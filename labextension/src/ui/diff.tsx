/** A unified diff, line by line. */
import * as React from 'react';

import { Code, languageOf } from './code';
import { useTrans } from './trans';

interface IDiffLine {
  readonly kind: 'hunk' | 'add' | 'del' | 'same';
  readonly before: number | null;
  readonly after: number | null;
  readonly text: string;
}

export function DiffView({
  diff,
  path
}: {
  readonly diff: string;
  readonly path: string;
}): JSX.Element {
  const trans = useTrans();
  const lines = React.useMemo(() => parseDiff(diff), [diff]);
  const language = languageOf(path);
  return (
    <div className="jp-mlws-preview jp-mlws-listing-view jp-mlws-diff" tabIndex={0}>
      {lines.map((line, i) => (
        <div key={i} className={`jp-mlws-listing-line jp-mod-${line.kind}`}>
          <b aria-hidden="true">{line.before}</b>
          <b aria-hidden="true">{line.after}</b>
          <u aria-label={said(line.kind, trans)}>{SIGNS[line.kind]}</u>
          <span>
            {line.kind === 'hunk' ? (
              trans.__('lines %1', line.text)
            ) : language ? (
              <Code text={line.text} language={language} />
            ) : (
              line.text
            )}
          </span>
        </div>
      ))}
    </div>
  );
}

const SIGNS = { hunk: '', add: '+', del: '−', same: '' } as const;

function said(kind: IDiffLine['kind'], trans: ReturnType<typeof useTrans>): string | undefined {
  return kind === 'add' ? trans.__('new') : kind === 'del' ? trans.__('gone') : undefined;
}

/** The lines of a unified diff, numbered on both sides; its file names are left out. */
export function parseDiff(diff: string): readonly IDiffLine[] {
  const lines: IDiffLine[] = [];
  let [before, after] = [0, 0];
  for (const raw of diff.replace(/\n$/, '').split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,(\d+))? @@ ?(.*)$/.exec(raw);
    if (hunk) {
      [before, after] = [Number(hunk[1]), Number(hunk[2])];
      const last = after + Math.max(0, Number(hunk[3] ?? 1) - 1);
      const text = [`${after}–${last}`, hunk[4]].filter(Boolean).join(', ');
      lines.push({ kind: 'hunk', before: null, after: null, text });
    } else if (lines.length === 0 || raw.startsWith('\\')) {
      continue; // what stands before the first hunk, and "No newline at end of file"
    } else if (raw[0] === '+') {
      lines.push({ kind: 'add', before: null, after: after++, text: raw.slice(1) });
    } else if (raw[0] === '-') {
      lines.push({ kind: 'del', before: before++, after: null, text: raw.slice(1) });
    } else {
      lines.push({ kind: 'same', before: before++, after: after++, text: raw.slice(1) });
    }
  }
  return lines;
}
