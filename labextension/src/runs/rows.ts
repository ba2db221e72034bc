/** The rows of the list of runs, laid out from top to bottom. Their heights are known beforehand. */
import type { Experiment, Run } from '../api/records';
import { over } from './sentences';

const AROUND = 800; // px
export const FIRST = 7; // rows of a group, then "N more"

export interface IGroup {
  readonly name: string;
  readonly experiment: Experiment | null;
  readonly open: boolean;
  /** Null until they are read. */
  readonly runs: readonly Run[] | null;
  /** How many there are in all. */
  readonly n: number;
  /** How many are shown at most. */
  readonly limit: number;
  /** Parents whose children are shown; null where no run stands below another. */
  readonly unfolded: ReadonlySet<string> | null;
}

export interface IRunRow {
  readonly kind: 'run';
  readonly key: string;
  readonly run: Run;
  /** How many child runs it has, as far as they are read. */
  readonly children: number;
  readonly open: boolean;
  /** Whether it stands below its parent. */
  readonly below: boolean;
}

export type Row =
  | { readonly kind: 'group'; readonly key: string; readonly group: IGroup }
  | IRunRow
  | { readonly kind: 'more'; readonly key: string; readonly group: IGroup; readonly n: number }
  | { readonly kind: 'bone'; readonly key: string };

export type Placed = Row & { readonly top: number; readonly height: number };

const HEIGHTS: Readonly<Record<Row['kind'], number>> = { group: 24, run: 40, more: 24, bone: 40 };

/** Newest first; what runs, waits or failed unseen stays on top. */
export function sorted(runs: readonly Run[], seen: ReadonlySet<string>): readonly Run[] {
  const rank = (run: Run) => (!over(run) || (run.state === 'Failed' && !seen.has(run.id)) ? 0 : 1);
  return [...runs].sort(
    (a, b) => rank(a) - rank(b) || Date.parse(b.created_at) - Date.parse(a.created_at)
  );
}

export function lay(groups: readonly IGroup[]): readonly Placed[] {
  const placed: Placed[] = [];
  let top = 0;
  for (const row of groups.flatMap(rowsOf)) {
    const height = HEIGHTS[row.kind];
    placed.push({ ...row, top, height });
    top += height;
  }
  return placed;
}

/** The rows that a window sees, a few around, and one that is kept wherever it is. */
export function within(
  rows: readonly Placed[],
  top: number,
  height: number,
  kept?: Placed
): readonly Placed[] {
  return rows.filter(
    row => row === kept || (row.top + row.height > top - AROUND && row.top < top + height + AROUND)
  );
}

export function total(rows: readonly Placed[]): number {
  const last = rows[rows.length - 1];
  return last ? last.top + last.height : 0;
}

function rowsOf(group: IGroup): readonly Row[] {
  const head: Row = { kind: 'group', key: `group:${group.name}`, group };
  if (!group.open) {
    return [head];
  }
  if (group.runs === null) {
    const bones = Math.min(group.n, FIRST);
    return [
      head,
      ...Array.from({ length: bones }, (_, i): Row => ({ kind: 'bone', key: `${head.key}:${i}` }))
    ];
  }
  const families = nested(group.runs, group.unfolded !== null).slice(0, group.limit);
  const rows = families.flatMap(family => familyRows(family, group));
  const rest = group.n - families.reduce((n, family) => n + 1 + family.children.length, 0);
  const more: Row[] = rest > 0 ? [{ kind: 'more', key: `more:${group.name}`, group, n: rest }] : [];
  return [head, ...rows, ...more];
}

interface IFamily {
  readonly run: Run;
  readonly children: readonly Run[];
}

/** Each run with its children. A child whose parent is not there stands by itself. */
function nested(runs: readonly Run[], nest: boolean): readonly IFamily[] {
  if (!nest) {
    return runs.map(run => ({ run, children: [] }));
  }
  const ids = new Set(runs.map(run => run.id));
  const children = new Map<string, Run[]>();
  const tops = runs.filter(run => {
    const below = run.parent_id !== null && ids.has(run.parent_id);
    if (below && run.parent_id) {
      children.set(run.parent_id, [...(children.get(run.parent_id) ?? []), run]);
    }
    return !below;
  });
  // A child of a child stands below the run at the top, too.
  const all = (run: Run): readonly Run[] =>
    (children.get(run.id) ?? []).flatMap(child => [child, ...all(child)]);
  return tops.map(run => ({ run, children: all(run) }));
}

function familyRows({ run, children }: IFamily, group: IGroup): readonly Row[] {
  const open = children.length > 0 && Boolean(group.unfolded?.has(run.id));
  const row = (one: Run, n: number, below: boolean): Row => ({
    kind: 'run',
    key: `run:${one.id}`,
    run: one,
    children: n,
    open: open && !below,
    below
  });
  const rows = open ? children.map(child => row(child, 0, true)) : [];
  return [row(run, children.length, false), ...rows];
}
