/** The runs of the workspace, as last heard, by experiment. Knows no React. */
import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import { Calm } from '../api/calm';
import type { Experiment, Run } from '../api/records';
import { cancelRun, getRun, listExperiments, listRuns, runAgain } from '../api/runs';
import { concerns, named, type Heard, type IWorkspace } from '../tokens';
import { FIRST, sorted, type IGroup } from './rows';
import { over, waits } from './sentences';
import { fits, parse } from './words';

const PAGE = 50;
const FOUND = 1000; // at most so many runs answer to a filter
const OPEN_AT_FIRST = 3;
const ONE_BY_ONE = 4; // so many runs are read alone; more, and the lists are read anew
const CALM_MS = 1000;
const TYPED_MS = 120;

/** What is asked about a run, in its row. */
export type Asked = 'cancel' | 'delete' | 'rename';

interface IShelf {
  runs: readonly Run[] | null;
  next: string | null;
  limit: number;
}

export class RunsModel implements IDisposable {
  constructor(options: RunsModel.IOptions) {
    this._workspace = options.workspace;
    this._seen = options.seen ?? new Set();
    this._workspace.heard.connect(this._onHeard, this);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** A run that was active is over. */
  get ended(): ISignal<this, Run> {
    return this._ended;
  }

  get isDisposed(): boolean {
    return this._reading.isDisposed;
  }

  /** Whether the first reading is done. */
  get ready(): boolean {
    return this._ready;
  }

  get error(): unknown {
    return this._error;
  }

  get filter(): string {
    return this._filter;
  }

  get active(): readonly Run[] {
    return this._active;
  }

  get running(): number {
    return this._active.filter(run => !waits(run)).length;
  }

  get waiting(): number {
    return this._active.filter(waits).length;
  }

  /** How many runs there are, and how many answer to the filter. */
  get counts(): { readonly all: number; readonly found: number | null } {
    const all = this._experiments.reduce((n, one) => n + one.n_runs, 0);
    return { all, found: this._found && this._found.length };
  }

  get groups(): readonly IGroup[] {
    return this._found ? this._foundGroups(this._found) : this._shelvedGroups();
  }

  run(id: string): Run | undefined {
    const lists = [this._active, this._found ?? [], ...this._loaded()];
    return lists.flatMap(list => list).find(run => run.id === id);
  }

  async refresh(): Promise<void> {
    try {
      await this._readAll();
      this._error = null;
    } catch (error) {
      this._error = error;
    }
    if (!this.isDisposed) {
      this._ready = true;
      this._changed.emit();
    }
  }

  search(filter: string): void {
    this._filter = filter;
    if (!filter.trim()) {
      this._found = null;
    }
    this._changed.emit();
    void this._searching.invoke().catch(() => undefined); // a later word took its place
  }

  toggle(name: string): void {
    this._folded.set(name, this._isOpen(name));
    this._changed.emit();
    void this._readShelf(name).catch(error => this._fail(error));
  }

  more(name: string): void {
    const shelf = this._shelves.get(name);
    if (shelf) {
      shelf.limit += PAGE;
    }
    this._changed.emit();
    void this._readShelf(name).catch(error => this._fail(error));
  }

  /** Shows or hides the children of a run. */
  unfold(id: string): void {
    if (!this._unfolded.delete(id)) {
      this._unfolded.add(id);
    }
    this._changed.emit();
  }

  /** The run that something is asked about. */
  get asking(): { readonly id: string; readonly what: Asked } | null {
    return this._asking;
  }

  ask(id: string, what: Asked | null): void {
    this._asking = what && { id, what };
    this._changed.emit();
  }

  /** A failed run that was looked at no longer stays on top. */
  /** The run whose page is in front, or was last. */
  get front(): string | null {
    return this._front;
  }

  bring(id: string): void {
    this._front = id;
    this._changed.emit();
  }

  see(id: string): void {
    if (!this._seen.has(id)) {
      this._seen.add(id);
      this._changed.emit();
    }
  }

  async cancel(id: string): Promise<void> {
    this._replace(await cancelRun(this._workspace.settings, id));
  }

  async again(id: string): Promise<Run> {
    const run = await runAgain(this._workspace.settings, id);
    await this.refresh();
    return run;
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._workspace.heard.disconnect(this._onHeard, this);
    this._reading.dispose();
    this._searching.dispose();
    Signal.clearData(this);
  }

  private _onHeard(_: unknown, heard: Heard): void {
    if (!concerns(heard, 'run') && !concerns(heard, 'experiment')) {
      return;
    }
    const ids = named(heard, 'run');
    if (ids === null || ids.some(id => !this.run(id))) {
      this._pending = null;
    } else {
      ids.forEach(id => this._pending?.add(id));
    }
    this._reading.ask();
  }

  /** Reads what was heard of since the last time. */
  private async _readPending(): Promise<void> {
    const ids = this._pending;
    this._pending = new Set();
    if (ids === null || ids.size > ONE_BY_ONE) {
      return this.refresh();
    }
    const before = [...ids].map(id => this.run(id)?.state);
    const read = [...ids].map(id => getRun(this._workspace.settings, id).catch(() => null));
    const found = await Promise.all(read);
    const runs = found.filter(run => run !== null);
    if (runs.length < found.length) {
      return this.refresh(); // one is gone
    }
    runs.forEach(run => this._replace(run));
    if (runs.some((run, i) => run.state !== before[i])) {
      this._experiments = newestFirst((await listExperiments(this._workspace.settings)).items);
    }
    this._changed.emit();
  }

  private async _readAll(): Promise<void> {
    const { settings } = this._workspace;
    const [experiments, active] = await Promise.all([
      listExperiments(settings),
      listRuns(settings, { state: ['active'], limit: 200 })
    ]);
    const gone = this._active.filter(run => !active.items.some(one => one.id === run.id));
    this._experiments = newestFirst(experiments.items);
    this._active = active.items;
    const open = this._experiments.filter(one => this._isOpen(one.name));
    await Promise.all(open.map(one => this._readShelf(one.name, true)));
    if (this._found) {
      await this._search();
    }
    const ended = await Promise.all(gone.slice(0, FIRST).map(run => getRun(settings, run.id)));
    ended.filter(over).forEach(run => this._ended.emit(run));
  }

  /** Reads as many runs of an experiment as are shown, and not again what was read. */
  private async _readShelf(name: string, anew = false): Promise<void> {
    const shelf = this._shelves.get(name) ?? { runs: null, next: null, limit: FIRST };
    this._shelves.set(name, shelf);
    if (!this._isOpen(name)) {
      return;
    }
    const limit = Math.max(PAGE, shelf.runs?.length ?? 0);
    const query = { experiment: name, limit: Math.min(limit, FOUND) };
    let runs = anew ? null : shelf.runs;
    while (runs === null || (tops(runs) < shelf.limit && shelf.next && runs.length < FOUND)) {
      const cursor = runs === null ? null : shelf.next;
      const page = await listRuns(this._workspace.settings, { ...query, cursor });
      runs = [...(runs ?? []), ...page.items];
      shelf.next = page.next;
    }
    shelf.runs = runs;
    this._changed.emit();
  }

  private async _search(): Promise<void> {
    const filter = this._filter;
    const words = parse(filter);
    if (!filter.trim()) {
      return;
    }
    const query = {
      filter: [words.text, ...words.tags].join(' ').trim(),
      state: words.states,
      experiment: words.experiment ?? undefined,
      limit: FOUND
    };
    const page = await listRuns(this._workspace.settings, query);
    if (filter === this._filter && !this.isDisposed) {
      const now = Date.now();
      this._found = page.items.filter(run => fits(run, words, now));
      this._changed.emit();
    }
  }

  private _replace(run: Run): void {
    const swap = (list: readonly Run[]) => list.map(one => (one.id === run.id ? run : one));
    for (const shelf of this._shelves.values()) {
      shelf.runs = shelf.runs && swap(shelf.runs);
    }
    this._found = this._found && swap(this._found);
    const wasActive = this._active.some(one => one.id === run.id);
    this._active = over(run) ? this._active.filter(one => one.id !== run.id) : swap(this._active);
    if (wasActive && over(run)) {
      this._ended.emit(run);
    }
    this._changed.emit();
  }

  private _fail(error: unknown): void {
    this._error = error;
    this._changed.emit();
  }

  private _loaded(): (readonly Run[])[] {
    return [...this._shelves.values()].map(shelf => shelf.runs ?? []);
  }

  private _isOpen(name: string): boolean {
    const folded = this._folded.get(name);
    return folded === undefined
      ? this._experiments.findIndex(one => one.name === name) < OPEN_AT_FIRST
      : !folded;
  }

  private _shelvedGroups(): readonly IGroup[] {
    return this._experiments.map(experiment => {
      const { name, n_runs: n } = experiment;
      const shelf = this._shelves.get(name);
      const active = this._active.filter(run => run.experiment === name);
      const runs = shelf?.runs && sorted(united(active, shelf.runs), this._seen);
      const open = this._isOpen(name);
      const limit = shelf?.limit ?? FIRST;
      const unfolded = this._unfolded;
      return { name, experiment, open, runs: runs ?? null, n, limit, unfolded };
    });
  }

  private _foundGroups(found: readonly Run[]): readonly IGroup[] {
    const names = [...new Set(found.map(run => run.experiment))];
    return names.map(name => {
      const runs = found.filter(run => run.experiment === name);
      const open = !this._folded.get(name);
      const [n, limit] = [runs.length, runs.length];
      return { name, experiment: null, open, runs, n, limit, unfolded: null };
    });
  }

  private readonly _workspace: IWorkspace;
  private readonly _seen: Set<string>;
  private readonly _reading = new Calm(() => this._readPending(), CALM_MS);
  private readonly _searching = new Debouncer(
    () => this._search().catch(error => this._fail(error)),
    TYPED_MS
  );
  private readonly _changed = new Signal<this, void>(this);
  private readonly _ended = new Signal<this, Run>(this);
  private readonly _shelves = new Map<string, IShelf>();
  private readonly _unfolded = new Set<string>();
  private readonly _folded = new Map<string, boolean>();
  private _experiments: readonly Experiment[] = [];
  private _active: readonly Run[] = [];
  private _found: readonly Run[] | null = null;
  private _pending: Set<string> | null = new Set();
  private _front: string | null = null;
  private _asking: { readonly id: string; readonly what: Asked } | null = null;
  private _filter = '';
  private _ready = false;
  private _error: unknown = null;
}

export namespace RunsModel {
  export interface IOptions {
    readonly workspace: IWorkspace;
    /** Ids of failed runs that were looked at. */
    readonly seen?: Set<string>;
  }
}

/** Newest first, and before them those in which something goes on. */
function newestFirst(experiments: readonly Experiment[]): readonly Experiment[] {
  const at = (one: Experiment) => Date.parse(one.last_at ?? one.created_at);
  const busy = (one: Experiment) => (one.n_active > 0 ? 1 : 0);
  return experiments
    .filter(one => one.n_runs > 0)
    .sort((a, b) => busy(b) - busy(a) || at(b) - at(a));
}

/** Both lists, no run twice; the second knows better. */
function united(a: readonly Run[], b: readonly Run[]): readonly Run[] {
  const ids = new Set(b.map(run => run.id));
  return [...a.filter(run => !ids.has(run.id)), ...b];
}

/** How many stand in the list by themselves, not below a parent. */
function tops(runs: readonly Run[]): number {
  return runs.filter(run => run.parent_id === null).length;
}
