/** An executed notebook as it can be shown without running any of it: sources, texts, tables, images. */
import * as React from 'react';

import { lines } from './ansi';
import { Code } from './code';
import { LogText } from './logLine';
import { Rendered } from './rendered';

interface IOutput {
  readonly text?: string | readonly string[];
  readonly traceback?: readonly string[];
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
}

export interface ICell {
  readonly cell_type: string;
  readonly execution_count?: number | null;
  readonly source: string | readonly string[];
  readonly outputs?: readonly IOutput[];
}

/** The cells of a notebook; null where the text is none. */
export function cellsOf(text: string): readonly ICell[] | null {
  try {
    const { cells } = JSON.parse(text) as { readonly cells?: unknown };
    return Array.isArray(cells) ? (cells as ICell[]) : null;
  } catch {
    return null;
  }
}

export function NotebookPreview({ cells }: { readonly cells: readonly ICell[] }): JSX.Element {
  return (
    <div className="jp-mlws-preview jp-mlws-notebook" tabIndex={0}>
      {cells.map((cell, i) => (
        <React.Fragment key={i}>
          <b aria-hidden="true">
            {cell.cell_type === 'code' && `[${cell.execution_count ?? ' '}]`}
          </b>
          <div>
            {cell.cell_type === 'code' ? (
              <pre className="jp-mlws-listing jp-mlws-sunk">
                <Code text={whole(cell.source)} language="python" />
              </pre>
            ) : (
              <Prose text={whole(cell.source)} markdown={cell.cell_type === 'markdown'} />
            )}
            {cell.outputs?.map((output, k) => (
              <Output key={k} output={output} />
            ))}
          </div>
        </React.Fragment>
      ))}
    </div>
  );
}

function Prose({
  text,
  markdown
}: {
  readonly text: string;
  readonly markdown: boolean;
}): JSX.Element {
  const plain = <div className="jp-mlws-prose">{text}</div>;
  return markdown ? (
    <Rendered kind="text/markdown" text={text}>
      {plain}
    </Rendered>
  ) : (
    plain
  );
}

function Output({ output }: { readonly output: IOutput }): JSX.Element | null {
  const image = ['image/png', 'image/jpeg'].find(kind => output.data?.[kind]);
  if (image) {
    const drawn = whole(output.data?.[image]).replace(/\s/g, '');
    return <img src={`data:${image};base64,${drawn}`} alt={whole(output.data?.['text/plain'])} />;
  }
  const said = output.text ?? output.traceback?.join('\n') ?? output.data?.['text/plain'];
  const plain = (
    <pre className="jp-mlws-log">
      {lines(whole(said).trimEnd()).map((line, i) => (
        <div key={i}>
          <LogText line={line} />
        </div>
      ))}
    </pre>
  );
  for (const kind of ['text/html', 'text/markdown'] as const) {
    if (output.data?.[kind] !== undefined) {
      return (
        <Rendered kind={kind} text={whole(output.data[kind])}>
          {plain}
        </Rendered>
      );
    }
  }
  return said === undefined ? null : plain;
}

/** A text of the format, which may be kept as lines. */
function whole(text: string | readonly string[] | undefined): string {
  return typeof text === 'string' ? text : (text ?? []).join('');
}
