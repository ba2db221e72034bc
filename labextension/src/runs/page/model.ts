/** One run as its page shows it; each tab reads what it needs when it is first looked at. */
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { Calm } from '../../api/calm';
import type { Move, Parameters, Run, RunDetail, RunPatch, Series } from '../../api/records';
import {
  cancelRun,
  getRun,
  listMetrics,
  listMoves,
  listRuns,
  patchRun,
  runAgain
} from '../../api/runs';
import { named, type Heard, type IWorkspace } from '../../tokens';

const CALM_MS = 1000;
const POINTS = 48;
const CHILDREN = 200; // at most so many are listed

export const TABS = ['overview', 'metrics', 'log', 'outputs', 'code', 'events'] as const;
export type TabId = (typeof TABS)[number];

/** A line of a file of the snapshot. */
export interface IPlace {
  readonly path: string;
  readonly line: number;
}

export class RunPageModel implements IDisposable {
  constructor(workspace: IWorkspace, id: string, tab: string | undefined) {
    this.workspace = workspace;
    this.id = id;
    this.show(tab);
    workspace.heard.connect(this._onHeard, this);
    void this.refresh();
  }

  readonly workspace: IWorkspace;
  readonly id: string;

  get run(): RunDetail | null {
    return this._run;
  }

  get series(): readonly Series[] {
    return this._series;
  }

  get moves(): readonly Move[] {
    return this._moves;
  }

  /** The run that this one is a child of. */
  get parent(): Run | null {
    return this._parent;
  }

  /** Its children, the oldest first. */
  get children(): readonly Run[] {
    return this._children;
  }

  /** The line of the code to show, where one was asked for. */
  get place(): IPlace | null {
    return this._place;
  }

  get tab(): TabId {
    return this._tab;
  }

  get error(): unknown {
    return this._error;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._reading.isDisposed;
  }

  show(tab: string | undefined): void {
    if (TABS.includes(tab as TabId)) {
      this._tab = tab as TabId;
      this._changed.emit();
    }
  }

  /** Shows a line of the code that ran. */
  open(place: IPlace): void {
    this._place = place;
    this.show('code');
  }

  async refresh(): Promise<void> {
    const { settings } = this.workspace;
    try {
      const [run, metrics, moves] = await Promise.all([
        getRun(settings, this.id),
        listMetrics(settings, this.id, POINTS),
        listMoves(settings, this.id)
      ]);
      [this._run, this._series, this._moves] = [run, metrics.items, moves.items];
      await this._readFamily(run);
      this._error = null;
    } catch (error) {
      this._error = error;
    }
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  async cancel(): Promise<void> {
    await cancelRun(this.workspace.settings, this.id);
    await this.refresh();
  }

  /** The id of the new run. */
  async again(parameters?: Parameters): Promise<string> {
    return (await runAgain(this.workspace.settings, this.id, { parameters })).id;
  }

  async patch(body: RunPatch): Promise<void> {
    await patchRun(this.workspace.settings, this.id, body);
    await this.refresh();
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.workspace.heard.disconnect(this._onHeard, this);
    this._reading.dispose();
    Signal.clearData(this);
  }

  private _onHeard(_: unknown, heard: Heard): void {
    const ids = named(heard, 'run');
    const ours = [this.id, ...(this._run?.children ?? [])];
    if (ids === null || ids.some(id => ours.includes(id))) {
      this._reading.ask();
    }
  }

  private async _readFamily(run: RunDetail): Promise<void> {
    const { settings } = this.workspace;
    if (run.children.length > 0) {
      const page = await listRuns(settings, { parent: run.id, limit: CHILDREN });
      this._children = [...page.items].reverse();
    }
    if (run.parent_id && !this._parent) {
      this._parent = await getRun(settings, run.parent_id).catch(() => null); // it may be deleted
    }
  }

  private readonly _reading = new Calm(() => this.refresh(), CALM_MS);
  private readonly _changed = new Signal<this, void>(this);
  private _run: RunDetail | null = null;
  private _series: readonly Series[] = [];
  private _moves: readonly Move[] = [];
  private _parent: Run | null = null;
  private _children: readonly Run[] = [];
  private _place: IPlace | null = null;
  private _tab: TabId = 'overview';
  private _error: unknown = null;
}
