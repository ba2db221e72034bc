/** What an endpoint says: its end first; new lines come by asking from where the last ended. */
import * as React from 'react';

import { readLog } from '../api/runs';
import { Button, Link } from '../ui/button';
import { lines as colored, plain } from '../ui/ansi';
import { FilterBox } from '../ui/filter';
import { bytes, clock, count } from '../ui/format';
import { toEndIcon } from '../ui/icons';
import { LogText } from '../ui/logLine';
import { EmptyState, ErrorState, Skeleton } from '../ui/notice';
import { useTrans } from '../ui/trans';
import { useRounds, useVisible } from '../ui/useVisible';
import type { Endpoint } from '../api/records';
import type { EndpointModel } from './model';
import type { IEndpointLinks } from './tables';

const TAIL_BYTES = 256_000;
const LINES_AT_MOST = 20_000;
const ROUND_MS = 1500;
const ROW = 18;
const OVER = 20;

interface ITail {
  readonly lines: readonly string[];
  /** Where the next part begins; null before the first. */
  readonly next: number | null;
  readonly size: number;
  readonly error: unknown;
}

const NOTHING: ITail = { lines: [], next: null, size: 0, error: null };

/** The end of a run's log, followed while it can be seen. */
export function useTail(
  model: EndpointModel,
  run: string | null,
  seen: boolean,
  bytes_: number
): ITail {
  const [tail, setTail] = React.useState<ITail>(NOTHING);
  const last = React.useRef<ITail>(NOTHING);
  const decoder = React.useRef(new TextDecoder());
  React.useEffect(() => {
    last.current = NOTHING;
    decoder.current = new TextDecoder();
    setTail(NOTHING);
  }, [run]);
  const read = async () => {
    if (!run) {
      return;
    }
    const before = last.current;
    try {
      const part = await readLog(model.workspace.settings, run, before.next ?? -bytes_);
      if (part.bytes.length === 0 && before.next !== null && !before.error) {
        return;
      }
      const text = decoder.current.decode(part.bytes, { stream: true });
      const cut = before.next === null && part.next - part.bytes.length > 0;
      const added = (cut ? text.slice(text.indexOf('\n') + 1) : text).split('\n');
      const head = before.lines.slice(0, -1);
      const joint = (before.lines[before.lines.length - 1] ?? '') + added[0];
      last.current = {
        lines: [...head, joint, ...added.slice(1)].slice(-LINES_AT_MOST),
        next: part.next,
        size: part.size,
        error: null
      };
    } catch (error) {
      last.current = { ...before, error };
    }
    setTail(last.current);
  };
  useRounds(read, ROUND_MS, seen && run !== null);
  return tail;
}

const SAID = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (?:([1-5]\d\d) )?([^]*)$/;

/** What the router says has its time in front, and of a request its status. */
function LineText({ line }: { readonly line: string }): JSX.Element {
  const said = SAID.exec(line);
  if (!said) {
    return <LogText line={colored(line)[0]} />;
  }
  const [, at, status, rest] = said;
  const color = !status ? '' : status < '400' ? 'green' : status < '500' ? 'yellow' : 'red';
  return (
    <>
      <span className="jp-mlws-muted">{`${clock(at)}.${at.slice(-4, -1)} `}</span>
      {status && <span className={`jp-mlws-ansi-${color}`}>{`${status} `}</span>}
      <LogText line={colored(rest)[0]} />
    </>
  );
}

/** A few lines, on the overview. */
export function LastLines({
  model,
  run,
  n
}: {
  readonly model: EndpointModel;
  readonly run: string | null;
  readonly n: number;
}): JSX.Element {
  const trans = useTrans();
  const [box, seen] = useVisible<HTMLDivElement>();
  const tail = useTail(model, run, seen, 8000);
  const said = tail.lines.filter(line => line.trim()).slice(-n);
  return (
    <div
      ref={box}
      className="jp-mlws-box jp-mlws-log jp-mlws-last-lines"
      style={{ minHeight: n * ROW + 14 }}
      role="log"
      aria-live="off"
      aria-label={trans.__('Last lines of the log')}
    >
      {said.length === 0 && (
        <span className="jp-mlws-muted">
          {run ? trans.__('It has said nothing yet') : trans.__('It has not begun to start yet')}
        </span>
      )}
      {said.map((line, i) => (
        <div key={i} className="jp-mlws-log-line" title={plain(line)}>
          <LineText line={line} />
        </div>
      ))}
    </div>
  );
}

export function LogTab({
  model,
  endpoint,
  links
}: {
  readonly model: EndpointModel;
  readonly endpoint: Endpoint;
  readonly links: IEndpointLinks;
}): JSX.Element {
  const trans = useTrans();
  const [words, setWords] = React.useState('');
  const [frame, seen] = useVisible<HTMLDivElement>();
  const tail = useTail(model, endpoint.run_id, seen, TAIL_BYTES);
  const wanted = words.toLowerCase();
  const all = tail.lines[tail.lines.length - 1] === '' ? tail.lines.slice(0, -1) : tail.lines;
  const shown = wanted ? all.filter(line => plain(line).toLowerCase().includes(wanted)) : all;
  return (
    <div className="jp-mlws-page-body" ref={frame}>
      <div className="jp-mlws-tools">
        <FilterBox value={words} placeholder={trans.__('Lines with…')} onChange={setWords} />
        <span className="jp-mlws-muted jp-mlws-small">
          {wanted
            ? trans.__('%1 of %2 lines', count(shown.length), count(all.length))
            : trans._n('%2 line', '%2 lines', all.length, count(all.length))}
        </span>
        <span className="jp-mlws-end jp-mlws-small">
          {endpoint.run_id && (
            <Link onClick={() => links.openRun(endpoint.run_id as string, 'log')}>
              {trans.__('Whole log')}
            </Link>
          )}
        </span>
      </div>
      {tail.error && tail.next === null ? (
        <ErrorState title={trans.__('The log did not load')} error={tail.error} />
      ) : !endpoint.run_id ? (
        <EmptyState title={trans.__('No log yet')}>
          <p>{trans.__('The endpoint has not begun to start.')}</p>
        </EmptyState>
      ) : tail.next === null ? (
        <Skeleton rows={8} height={ROW} />
      ) : (
        <Lines lines={shown} numbered={!wanted} />
      )}
      <div className="jp-mlws-box-foot">
        {tail.error
          ? trans.__('The server does not answer; trying again.')
          : trans.__('Following. %1 in all', bytes(tail.size))}
      </div>
    </div>
  );
}

/** Only the lines in view are drawn. The end is followed until the reader scrolls up. */
function Lines({
  lines,
  numbered
}: {
  readonly lines: readonly string[];
  readonly numbered: boolean;
}): JSX.Element {
  const trans = useTrans();
  const view = React.useRef<HTMLDivElement>(null);
  const [top, setTop] = React.useState(0);
  const [height, setHeight] = React.useState(600);
  const [follows, setFollows] = React.useState(true);
  const left = React.useRef(0);
  React.useLayoutEffect(() => {
    const element = view.current;
    if (element) {
      setHeight(element.clientHeight);
      if (follows) {
        element.scrollTop = element.scrollHeight;
      }
    }
  }, [lines.length, follows]);
  const onScroll = (event: React.UIEvent<HTMLDivElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const atEnd = scrollTop + clientHeight >= scrollHeight - ROW;
    if (!atEnd && follows) {
      left.current = lines.length;
    }
    setFollows(atEnd);
    setTop(scrollTop);
  };
  const from = Math.max(0, Math.floor(top / ROW) - OVER);
  const to = Math.min(lines.length, Math.ceil((top + height) / ROW) + OVER);
  const fresh = lines.length - left.current;
  return (
    <div className="jp-mlws-log-frame">
      <div
        ref={view}
        className="jp-mlws-log jp-mlws-log-view"
        role="log"
        aria-live="off"
        aria-label={trans.__('Log of the endpoint')}
        tabIndex={0}
        onScroll={onScroll}
      >
        <div style={{ height: lines.length * ROW, position: 'relative' }}>
          {lines.slice(from, to).map((line, i) => (
            <div
              key={from + i}
              className="jp-mlws-log-line"
              style={{ position: 'absolute', top: (from + i) * ROW, left: 0, right: 0 }}
            >
              {numbered && <b aria-hidden="true">{from + i + 1}</b>}
              <LineText line={line} />
            </div>
          ))}
        </div>
      </div>
      {!follows && (
        <span className="jp-mlws-log-end">
          <Button
            label={
              fresh > 0 ? trans._n('%1 new line', '%1 new lines', fresh) : trans.__('To the end')
            }
            icon={toEndIcon}
            onClick={() => setFollows(true)}
          />
        </span>
      )}
    </div>
  );
}
