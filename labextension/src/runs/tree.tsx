/** The list of runs as a tree: one stop of the Tab key, arrows within, only what is seen is drawn. */
import * as React from 'react';

import type { Run } from '../api/records';
import { count } from '../ui/format';
import { useTrans } from '../ui/trans';
import { BoneRow, GroupRow, RunRow } from './row';
import { total, within, type Placed } from './rows';
import { over, title } from './sentences';

export interface IRunTreeActions {
  readonly onOpen: (run: Run) => void;
  readonly onCancel: (run: Run) => void;
  readonly onAgain: (run: Run) => void;
  readonly onToggle: (group: string) => void;
  readonly onMore: (group: string) => void;
  readonly onFilter: () => void;
}

export interface IRunTreeProps extends IRunTreeActions {
  readonly rows: readonly Placed[];
  readonly now: number;
  readonly keyMetrics: readonly string[];
  readonly treeRef: React.RefObject<HTMLDivElement>;
}

export function RunTree(props: IRunTreeProps): JSX.Element {
  const { rows, treeRef } = props;
  const trans = useTrans();
  const [seen, onScroll] = useWindow(treeRef);
  const [current, setCurrent] = React.useState<string | null>(null);
  const [selected, setSelected] = React.useState<string | null>(null);
  const [asks, setAsks] = React.useState<string | null>(null);
  const stop = rows.some(row => row.key === current) ? current : rows[0]?.key;

  const go = (row: Placed | undefined) => {
    if (row) {
      setCurrent(row.key);
      show(treeRef.current, row);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const at = rows.findIndex(row => row.key === stop);
    if (at >= 0 && handleKey(event, at, { ...props, go, setSelected, setAsks })) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <div
      className="jp-mlws-runs"
      role="tree"
      aria-label={trans.__('Runs')}
      ref={treeRef}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: total(rows) }}>
        {within(rows, seen.top, seen.height).map(row => (
          <TreeRow
            key={row.key}
            row={row}
            tree={props}
            stop={row.key === stop}
            selected={row.key === selected}
            asks={row.key === asks}
            onAsk={asked => setAsks(asked ? row.key : null)}
            onPick={() => {
              setCurrent(row.key);
              setSelected(row.key);
            }}
          />
        ))}
      </div>
    </div>
  );
}

interface ITreeRowProps {
  readonly row: Placed;
  readonly tree: IRunTreeProps;
  readonly stop: boolean;
  readonly selected: boolean;
  readonly asks: boolean;
  readonly onAsk: (asks: boolean) => void;
  readonly onPick: () => void;
}

function TreeRow({ row, tree, stop, selected, asks, onAsk, onPick }: ITreeRowProps): JSX.Element {
  const trans = useTrans();
  const place = { top: row.top, height: row.height };
  const shared = { role: 'treeitem', tabIndex: stop ? 0 : -1, style: place, 'data-key': row.key };
  switch (row.kind) {
    case 'group':
      return (
        <div
          {...shared}
          className="jp-mlws-tree-row jp-mlws-group"
          aria-level={1}
          aria-expanded={row.group.open}
          onClick={() => {
            onPick();
            tree.onToggle(row.group.name);
          }}
        >
          <GroupRow group={row.group} />
        </div>
      );
    case 'run':
      return (
        <div
          {...shared}
          className={`jp-mlws-tree-row jp-mlws-run ${asks ? 'jp-mod-asks' : ''}`}
          aria-level={2}
          aria-selected={selected}
          aria-label={title(row.run)}
          data-run={row.run.id}
          onClick={() => {
            onPick();
            tree.onOpen(row.run);
          }}
        >
          <RunRow
            run={row.run}
            now={tree.now}
            keyMetrics={tree.keyMetrics}
            asks={asks}
            onOpen={() => tree.onOpen(row.run)}
            onAgain={() => tree.onAgain(row.run)}
            onAsk={onAsk}
            onCancel={() => {
              onAsk(false);
              tree.onCancel(row.run);
            }}
          />
        </div>
      );
    case 'more':
      return (
        <div
          {...shared}
          className="jp-mlws-tree-row jp-mlws-more"
          aria-level={2}
          onClick={() => tree.onMore(row.group.name)}
        >
          {trans.__('%1 more', count(row.n))}
        </div>
      );
    case 'bone':
      return (
        <div className="jp-mlws-tree-row jp-mlws-run" style={place} aria-hidden="true">
          <BoneRow width={90 + (((row.top / 8) * 13) % 71)} />
        </div>
      );
  }
}

interface IKeys extends IRunTreeProps {
  readonly go: (row: Placed | undefined) => void;
  readonly setSelected: (key: string) => void;
  readonly setAsks: (key: string) => void;
}

/** What a key does on row `at`. False where it does nothing. */
function handleKey(event: React.KeyboardEvent, at: number, keys: IKeys): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return false;
  }
  const { rows } = keys;
  const row = rows[at];
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: rows.length - 1
  };
  if (event.key in moves) {
    keys.go(rows[moves[event.key]]);
    return true;
  }
  if (event.key === '/') {
    keys.onFilter();
    return true;
  }
  if (row.kind === 'group') {
    return groupKey(event.key, row.group.open, () => keys.onToggle(row.group.name));
  }
  if (row.kind === 'more' && event.key === 'Enter') {
    keys.onMore(row.group.name);
    return true;
  }
  if (row.kind === 'run' && runKey(event.key, row, keys)) {
    return true;
  }
  return event.key === 'ArrowLeft' ? toGroup(at, keys) : toLetter(event.key, at, keys);
}

function groupKey(key: string, open: boolean, toggle: () => void): boolean {
  const turns = key === 'Enter' || key === ' ' || key === (open ? 'ArrowLeft' : 'ArrowRight');
  if (turns) {
    toggle();
  }
  return turns;
}

function runKey(key: string, row: Placed & { kind: 'run' }, keys: IKeys): boolean {
  switch (key) {
    case 'Enter':
      keys.onOpen(row.run);
      return true;
    case ' ':
      keys.setSelected(row.key);
      return true;
    case 'R':
      keys.onAgain(row.run);
      return true;
    case 'Delete':
      if (!over(row.run)) {
        keys.setAsks(row.key);
      }
      return !over(row.run);
    default:
      return false;
  }
}

function toGroup(at: number, keys: IKeys): boolean {
  const before = keys.rows.slice(0, at).filter(row => row.kind === 'group');
  keys.go(before[before.length - 1]);
  return before.length > 0;
}

/** The next row whose name begins with the letter. */
function toLetter(key: string, at: number, keys: IKeys): boolean {
  if (!/^[a-z0-9]$/.test(key)) {
    return false;
  }
  const around = [...keys.rows.slice(at + 1), ...keys.rows.slice(0, at)];
  keys.go(around.find(row => nameOf(row).toLowerCase().startsWith(key)));
  return true;
}

function nameOf(row: Placed): string {
  return row.kind === 'run' ? title(row.run) : row.kind === 'group' ? row.group.name : '';
}

/** Scrolls a row into view, then gives it the focus once it is drawn. */
function show(tree: HTMLElement | null, row: Placed): void {
  if (!tree) {
    return;
  }
  if (row.top < tree.scrollTop) {
    tree.scrollTop = row.top;
  } else if (row.top + row.height > tree.scrollTop + tree.clientHeight) {
    tree.scrollTop = row.top + row.height - tree.clientHeight;
  }
  requestAnimationFrame(() => {
    tree.querySelector<HTMLElement>(`[data-key="${CSS.escape(row.key)}"]`)?.focus();
  });
}

/** What of the list is seen. */
function useWindow(ref: React.RefObject<HTMLElement>) {
  const [seen, setSeen] = React.useState({ top: 0, height: 1200 });
  const look = React.useCallback(() => {
    const node = ref.current;
    if (node) {
      setSeen({ top: node.scrollTop, height: node.clientHeight });
    }
  }, [ref]);
  React.useEffect(() => {
    const node = ref.current;
    if (!node) {
      return;
    }
    const watch = new ResizeObserver(look);
    watch.observe(node);
    return () => watch.disconnect();
  }, [ref, look]);
  return [seen, look] as const;
}
