/** One run as a notebook's output shows it: read from the server, whatever became of the kernel. */
import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import { Calm } from '../api/calm';
import type { RunDetail, Series } from '../api/records';
import { Refused } from '../api/request';
import { cancelRun, getRun, listMetrics, readLog, runAgain } from '../api/runs';
import { over } from '../runs/sentences';
import { named, type Heard, type IWorkspace } from '../tokens';
import { lines, type Line } from '../ui/ansi';

const LOG_BYTES = 6000; // of the end: enough for the lines that are shown
const LOG_EVERY_MS = 2000;
const CALM_MS = 1000;
const POINTS = 48;

export class CardModel implements IDisposable {
  constructor(workspace: IWorkspace, id: string) {
    this._workspace = workspace;
    this.id = id;
    workspace.heard.connect(this._onHeard, this);
    this._poll = new Poll({
      name: `jupyter-mlws:card:${id}`,
      auto: false,
      factory: () => this._tail(),
      frequency: { interval: LOG_EVERY_MS, backoff: true, max: 60_000 },
      standby: () => (this._watched && this._goesOn() ? 'when-hidden' : true)
    });
    void this._poll.start();
    if (workspace.standing === 'here') {
      void this.refresh();
    }
  }

  readonly id: string;

  get workspace(): IWorkspace {
    return this._workspace;
  }

  get run(): RunDetail | null {
    return this._run;
  }

  get series(): readonly Series[] {
    return this._series;
  }

  /** The last lines of the log. */
  get lines(): readonly Line[] {
    return this._lines;
  }

  /** How long the log is by now, in bytes. */
  get logBytes(): number {
    return this._logBytes;
  }

  /** Whether the server knows no such run. */
  get gone(): boolean {
    return this._gone;
  }

  get error(): unknown {
    return this._error;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  /** Whether anyone sees the card: what is out of view reads no log. */
  set watched(watched: boolean) {
    this._watched = watched;
    if (watched && this._goesOn()) {
      void this._poll.refresh();
    }
  }

  async refresh(): Promise<void> {
    const { settings } = this._workspace;
    try {
      const [run, metrics] = await Promise.all([
        getRun(settings, this.id),
        listMetrics(settings, this.id, POINTS)
      ]);
      [this._run, this._series, this._gone, this._error] = [run, metrics.items, false, null];
      await this._tail();
    } catch (error) {
      this._error = error;
      this._gone = error instanceof Refused && error.status === 404;
    }
    this._emit();
  }

  async cancel(): Promise<void> {
    await cancelRun(this._workspace.settings, this.id);
    await this.refresh();
  }

  async again(): Promise<void> {
    await runAgain(this._workspace.settings, this.id);
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._workspace.heard.disconnect(this._onHeard, this);
    this._poll.dispose();
    this._reading.dispose();
    Signal.clearData(this);
  }

  private _goesOn(): boolean {
    return this._run !== null && !over(this._run);
  }

  private async _tail(): Promise<void> {
    if (!this._run?.started_at) {
      return;
    }
    const part = await readLog(this._workspace.settings, this.id, -LOG_BYTES);
    this._logBytes = part.size;
    const text = new TextDecoder().decode(part.bytes);
    const whole = part.size > part.bytes.length ? text.slice(text.indexOf('\n') + 1) : text;
    this._lines = lines(whole.replace(/\n+$/, ''));
    this._emit();
  }

  private _onHeard(_: unknown, heard: Heard): void {
    const ids = named(heard, 'run');
    if (ids === null || ids.includes(this.id)) {
      this._reading.ask();
    }
  }

  private _emit(): void {
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  private readonly _workspace: IWorkspace;
  private readonly _poll: Poll;
  private readonly _reading = new Calm(() => this.refresh(), CALM_MS);
  private readonly _changed = new Signal<this, void>(this);
  private _run: RunDetail | null = null;
  private _series: readonly Series[] = [];
  private _lines: readonly Line[] = [];
  private _logBytes = 0;
  private _gone = false;
  private _error: unknown = null;
  private _watched = true;
}
