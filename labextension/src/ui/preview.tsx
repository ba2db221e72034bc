/** What is in a file, as far as it can be shown without running any of it. */
import * as React from 'react';

import { byLine, languageOf, Words, type Language } from './code';
import { bytes } from './format';
import { cellsOf, NotebookPreview } from './notebookPreview';
import { EmptyState, ErrorState, Skeleton } from './notice';
import { Rendered } from './rendered';
import { useTrans } from './trans';
import { useLoaded } from './useLoaded';

const TEXT_BYTES = 500_000;
const NOTEBOOK_BYTES = 5_000_000; // its images are in it
const COLORED_BYTES = 100_000;
const TABLE_ROWS = 200;
export const IMAGE = /\.(png|jpe?g|gif|webp|svg|bmp)$/i;
const TEXT =
  /\.(txt|log|md|rst|py|ipynb|json|jsonl|ya?ml|toml|ini|cfg|csv|tsv|sh|sql|r|html?|xml|tex)$|(^|\/)[^.]+$|(^|\/)\.[^.]+$/i;
const PAGE = /\.html?$/i;

export interface IPreviewProps {
  readonly path: string;
  readonly size: number;
  /** Where the browser itself fetches the file: the server sandboxes what it serves there. */
  readonly link: string;
  readonly read: () => Promise<Response>;
  /** A line of a text that is meant, from 1 on. */
  readonly line?: number;
}

export function Preview(props: IPreviewProps): JSX.Element {
  const { path, size, link } = props;
  const trans = useTrans();
  if (IMAGE.test(path)) {
    return (
      <div className="jp-mlws-preview jp-mlws-preview-image">
        <img src={link} alt={path} />
      </div>
    );
  }
  if (PAGE.test(path)) {
    return <iframe className="jp-mlws-preview" sandbox="" src={link} title={path} />;
  }
  if (TEXT.test(path) && size <= (/\.ipynb$/i.test(path) ? NOTEBOOK_BYTES : TEXT_BYTES)) {
    return <TextPreview {...props} />;
  }
  return (
    <EmptyState title={trans.__('No preview')}>
      <p>
        {TEXT.test(path)
          ? trans.__('%1 is more than is shown here. Download it to look inside.', bytes(size))
          : trans.__('This kind of file is not shown here. Download it to look inside.')}
      </p>
    </EmptyState>
  );
}

function TextPreview({ path, read, line }: IPreviewProps): JSX.Element {
  const trans = useTrans();
  const text = useLoaded(async () => ({ path, text: await (await read()).text() }), [path]);
  if (text.error) {
    return (
      <ErrorState
        title={trans.__('%1 did not load', path)}
        error={text.error}
        onRetry={text.again}
      />
    );
  }
  if (text.value?.path !== path) {
    return <Skeleton rows={8} height={18} />;
  }
  if (/\.[ct]sv$/i.test(path)) {
    return <TablePreview text={text.value.text} tab={/\.tsv$/i.test(path)} />;
  }
  const cells = /\.ipynb$/i.test(path) && cellsOf(text.value.text);
  if (cells) {
    return <NotebookPreview cells={cells} />;
  }
  if (/\.md$/i.test(path) && line === undefined) {
    return (
      <div className="jp-mlws-preview jp-mlws-document" tabIndex={0}>
        <Rendered kind="text/markdown" text={text.value.text}>
          <CodeView text={text.value.text} />
        </Rendered>
      </div>
    );
  }
  const shown = /\.json$/i.test(path) ? pretty(text.value.text) : text.value.text;
  return <CodeView text={shown} line={line} language={languageOf(path)} />;
}

/** Text with line numbers. A line that is meant is scrolled to. */
export function CodeView({
  text,
  line,
  language = null
}: {
  readonly text: string;
  readonly line?: number;
  readonly language?: Language | null;
}): JSX.Element {
  const colored = text.length > COLORED_BYTES ? null : language;
  const rows = React.useMemo(() => byLine(text.replace(/\n$/, ''), colored), [text, colored]);
  const meant = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => meant.current?.scrollIntoView({ block: 'center' }), [line]);
  return (
    <div className="jp-mlws-preview jp-mlws-listing-view" tabIndex={0}>
      {rows.map((words, i) => (
        <div
          key={i}
          ref={i + 1 === line ? meant : undefined}
          className={`jp-mlws-listing-line ${i + 1 === line ? 'jp-mod-meant' : ''}`}
        >
          <b aria-hidden="true">{i + 1}</b>
          <span>
            <Words words={words} />
          </span>
        </div>
      ))}
    </div>
  );
}

function TablePreview({ text, tab }: { readonly text: string; readonly tab: boolean }) {
  const trans = useTrans();
  const rows = text
    .trim()
    .split(/\r?\n/)
    .map(line => cells(line, tab ? '\t' : ','));
  const [head, ...body] = rows;
  const more = body.length - TABLE_ROWS;
  const shown = body.slice(0, TABLE_ROWS);
  const kinds = head.map((_, i) => (shown.every(row => isNumber(row[i])) ? 'jp-mlws-num' : ''));
  return (
    <div className="jp-mlws-preview">
      <table className="jp-mlws-table">
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={i} className={kinds[i]}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, i) => (
            <tr key={i}>
              {row.map((cell, k) => (
                <td key={k} className={kinds[k]} title={cell}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <p className="jp-mlws-muted jp-mlws-pad">{trans.__('%1 more rows are not shown', more)}</p>
      )}
    </div>
  );
}

function isNumber(cell: string | undefined): boolean {
  return !cell || !isNaN(Number(cell));
}

/** The cells of a line; a quoted one may hold the mark between cells. */
export function cells(line: string, mark: string): readonly string[] {
  const found: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (c === '"' && quoted && line[i + 1] === '"') {
      cell += '"';
      i += 1;
    } else if (c === '"') {
      quoted = !quoted;
    } else if (c === mark && !quoted) {
      found.push(cell);
      cell = '';
    } else {
      cell += c;
    }
  }
  return [...found, cell];
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
