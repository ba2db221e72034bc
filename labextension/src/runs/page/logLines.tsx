/** The lines of a log in a window; it follows the end until the reader scrolls up. */
import * as React from 'react';

import { Button } from '../../ui/button';
import { lines as colored, plain } from '../../ui/ansi';
import { count } from '../../ui/format';
import { toEndIcon } from '../../ui/icons';
import { LogText } from '../../ui/logLine';
import { useTrans } from '../../ui/trans';

const LINE = 18;
const OVERSCAN = 30;
const TALLEST = 8_000_000; // what a browser scrolls without losing lines

export interface ILogView {
  /** Scrolls to a line, by its number in the log. */
  show(line: number): void;
}

export interface ILogLinesProps {
  readonly lines: readonly string[];
  /** Numbers of the lines to show; null for all. */
  readonly shown: readonly number[] | null;
  readonly hits: readonly number[];
  readonly now: number | null;
  readonly follow: boolean;
  readonly onLeave: () => void;
}

export const LogLines = React.forwardRef<ILogView, ILogLinesProps>(function LogLines(props, ref) {
  const { lines, shown, hits, now, follow, onLeave } = props;
  const trans = useTrans();
  const box = React.useRef<HTMLDivElement>(null);
  const [top, setTop] = React.useState(0);
  const [height, setHeight] = React.useState(600);
  const [left, setLeft] = React.useState<number | null>(null);
  const bare = lines[lines.length - 1] === '' ? lines.length - 1 : lines.length;
  const n = shown ? shown.length : bare;
  const marked = React.useMemo(() => new Set(hits), [hits]);

  React.useImperativeHandle(ref, () => ({
    show(line: number) {
      const at = shown ? shown.indexOf(line) : line;
      if (box.current && at >= 0) {
        box.current.scrollTop = Math.max(0, at * LINE - box.current.clientHeight / 2);
      }
    }
  }));
  React.useLayoutEffect(() => {
    if (follow && box.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  });
  React.useEffect(() => {
    const node = box.current;
    if (!node) {
      return;
    }
    const watch = new ResizeObserver(() => setHeight(node.clientHeight));
    watch.observe(node);
    return () => watch.disconnect();
  }, []);

  const onScroll = () => {
    const node = box.current;
    if (!node) {
      return;
    }
    const atEnd = node.scrollHeight - node.scrollTop - node.clientHeight < 2 * LINE;
    if (node.scrollTop < top && !atEnd && follow) {
      onLeave();
    }
    setLeft(atEnd ? null : (left ?? n));
    setTop(node.scrollTop);
  };
  const from = Math.max(0, Math.floor(top / LINE) - OVERSCAN);
  const to = Math.min(n, Math.ceil((top + height) / LINE) + OVERSCAN);
  const rows = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  const fresh = left === null || follow ? 0 : n - left;
  return (
    <div className="jp-mlws-log-frame">
      <div
        className="jp-mlws-log jp-mlws-log-lines"
        ref={box}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={trans.__('Log')}
        onScroll={onScroll}
      >
        <div style={{ height: Math.min(TALLEST, n * LINE + 12) }}>
          {rows.map(i => {
            const line = shown ? shown[i] : i;
            return (
              <LogRow
                key={line}
                n={line + 1}
                top={6 + i * LINE}
                raw={lines[line]}
                hit={marked.has(line)}
                now={line === now}
              />
            );
          })}
        </div>
      </div>
      {fresh > 0 && (
        <div className="jp-mlws-log-fresh">
          <Button
            label={trans._n('%1 new line', '%1 new lines', fresh, count(fresh))}
            icon={toEndIcon}
            onClick={() => {
              if (box.current) {
                box.current.scrollTop = box.current.scrollHeight;
              }
            }}
          />
        </div>
      )}
    </div>
  );
});

interface ILogRowProps {
  readonly n: number;
  readonly top: number;
  readonly raw: string;
  readonly hit: boolean;
  readonly now: boolean;
}

const FAILS = /^\s*(?:[\w.]+(?:Error|Exception)\b|Traceback \(most recent call last\))/;

const LogRow = React.memo(function LogRow({ n, top, raw, hit, now }: ILogRowProps) {
  const marks = [
    hit ? 'jp-mod-hit' : '',
    now ? 'jp-mod-now' : '',
    FAILS.test(plain(raw)) ? 'jp-mod-error' : ''
  ];
  return (
    <div className={`jp-mlws-log-row ${marks.join(' ')}`} style={{ top }}>
      <b aria-hidden="true">{count(n)}</b>
      <LogText line={colored(raw)[0]} />
    </div>
  );
});
