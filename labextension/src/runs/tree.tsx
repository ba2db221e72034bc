/** The list of runs as a tree: one stop of the Tab key, arrows within, only what is seen is drawn. */
import * as React from 'react';

import type { Run } from '../api/records';
import { count } from '../ui/format';
import { useTrans } from '../ui/trans';
import type { Asked } from './model';
import { BoneRow, GroupRow, RunRow } from './row';
import { total, within, type IRunRow, type Placed } from './rows';
import { over, repeatable, title } from './sentences';

const STRIDE = 240;

export interface IRunTreeActions {
  readonly onOpen: (run: Run) => void;
  readonly onCancel: (run: Run) => void;
  readonly onAgain: (run: Run) => void;
  readonly onDelete: (run: Run) => void;
  readonly onRename: (run: Run, name: string) => void;
  readonly onAsk: (id: string, what: Asked | null) => void;
  readonly onUnfold: (run: Run) => void;
  readonly onToggle: (group: string) => void;
  readonly onMore: (group: string) => void;
  readonly onFilter: () => void;
}

export interface IRunTreeProps extends IRunTreeActions {
  readonly rows: readonly Placed[];
  readonly now: number;
  readonly keyMetrics: readonly string[];
  /** The run whose page is in front. */
  readonly front: string | null;
  /** The run that something is asked about. */
  readonly asking: { readonly id: string; readonly what: Asked } | null;
  readonly treeRef: React.RefObject<HTMLDivElement>;
}

export function RunTree(props: IRunTreeProps): JSX.Element {
  const { rows, treeRef } = props;
  const trans = useTrans();
  const [seen, onScroll] = useWindow(treeRef);
  const [current, setCurrent] = React.useState<string | null>(null);
  const [selected, setSelected] = React.useState<string | null>(null);
  React.useEffect(() => setSelected(props.front && `run:${props.front}`), [props.front]);
  const stop = rows.find(row => row.key === current) ?? rows[0];
  // The stop of the Tab key is drawn wherever it is, or the list could not be reached.
  const shown = within(rows, seen.top, seen.height, stop);

  const go = (row: Placed | undefined) => {
    if (row) {
      setCurrent(row.key);
      show(treeRef.current, row);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const at = rows.indexOf(stop);
    if (at >= 0 && handleKey(event, at, { ...props, go, setSelected })) {
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
      onFocus={event => {
        const key = event.target.dataset.key;
        if (key) {
          setCurrent(key);
        }
      }}
    >
      <div style={{ height: total(rows) }}>
        {shown.map(row => (
          <TreeRow
            key={row.key}
            row={row}
            tree={props}
            stop={row === stop}
            selected={row.key === selected}
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
  readonly onPick: () => void;
}

function TreeRow({ row, tree, stop, selected, onPick }: ITreeRowProps): JSX.Element {
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
      return <RunTreeRow {...{ row, tree, selected, onPick, shared }} />;
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

interface IRunTreeRowProps {
  readonly row: Placed & IRunRow;
  readonly tree: IRunTreeProps;
  readonly selected: boolean;
  readonly onPick: () => void;
  readonly shared: React.HTMLAttributes<HTMLElement>;
}

function RunTreeRow({ row, tree, selected, onPick, shared }: IRunTreeRowProps): JSX.Element {
  const { run } = row;
  const asks = tree.asking?.id === run.id ? tree.asking.what : null;
  const done = () => {
    tree.onAsk(run.id, null);
    focus(tree.treeRef.current, row.key);
  };
  const marks = [asks && 'jp-mod-asks', row.below && 'jp-mod-below'].filter(Boolean).join(' ');
  return (
    <div
      {...shared}
      className={`jp-mlws-tree-row jp-mlws-run ${marks}`}
      aria-level={row.below ? 3 : 2}
      aria-expanded={row.children > 0 ? row.open : undefined}
      aria-selected={selected}
      aria-label={title(run)}
      data-run={run.id}
      onContextMenu={onPick}
      onClick={() => {
        onPick();
        tree.onOpen(run);
      }}
    >
      <RunRow
        run={run}
        now={tree.now}
        keyMetrics={tree.keyMetrics}
        asks={asks}
        family={row.children > 0 ? { n: row.children, open: row.open } : null}
        onUnfold={() => tree.onUnfold(run)}
        onOpen={() => tree.onOpen(run)}
        onAgain={() => tree.onAgain(run)}
        onAsk={() => tree.onAsk(run.id, 'cancel')}
        onKeep={done}
        onCancel={() => {
          done();
          tree.onCancel(run);
        }}
        onDelete={() => {
          done();
          tree.onDelete(run);
        }}
        onRename={name => {
          done();
          tree.onRename(run, name);
        }}
      />
    </div>
  );
}

interface IKeys extends IRunTreeProps {
  readonly go: (row: Placed | undefined) => void;
  readonly setSelected: (key: string) => void;
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
  return event.key === 'ArrowLeft' ? toParent(at, keys) : toLetter(event.key, at, keys);
}

function groupKey(key: string, open: boolean, toggle: () => void): boolean {
  const turns = key === 'Enter' || key === ' ' || key === (open ? 'ArrowLeft' : 'ArrowRight');
  if (turns) {
    toggle();
  }
  return turns;
}

function runKey(key: string, row: Placed & IRunRow, keys: IKeys): boolean {
  if (row.children > 0 && key === (row.open ? 'ArrowLeft' : 'ArrowRight')) {
    keys.onUnfold(row.run);
    return true;
  }
  switch (key) {
    case 'Enter':
      keys.onOpen(row.run);
      return true;
    case ' ':
      keys.setSelected(row.key);
      return true;
    case 'R':
      if (repeatable(row.run)) {
        keys.onAgain(row.run);
      }
      return true;
    case 'F2':
      keys.onAsk(row.run.id, 'rename');
      return true;
    case 'Delete':
      keys.onAsk(row.run.id, over(row.run) ? 'delete' : 'cancel');
      return true;
    default:
      return false;
  }
}

/** To the parent of a child run, or else to the experiment. */
function toParent(at: number, keys: IKeys): boolean {
  const here = keys.rows[at];
  const child = here.kind === 'run' && here.below;
  const before = keys.rows
    .slice(0, at)
    .filter(row => row.kind === 'group' || (child && row.kind === 'run' && !row.below));
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
  focus(tree, row.key);
}

function focus(tree: HTMLElement | null, key: string): void {
  requestAnimationFrame(() => {
    tree?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  });
}

/** What of the list is seen. */
function useWindow(ref: React.RefObject<HTMLElement>) {
  const [seen, setSeen] = React.useState({ top: 0, height: 1200 });
  const look = React.useCallback(() => {
    const node = ref.current;
    if (node) {
      // Rows around are drawn too, so that a step of the wheel rarely draws anew.
      const top = Math.floor(node.scrollTop / STRIDE) * STRIDE;
      const height = node.clientHeight + STRIDE;
      setSeen(old => (old.top === top && old.height === height ? old : { top, height }));
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
