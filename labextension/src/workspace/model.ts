/** The workspace of this server: whether it is there, and what changes in it. */
import type { Event } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import { ChangeStream } from '../api/events';
import type { Changes, WorkspaceInfo } from '../api/records';
import { Away, Refused, type Settings } from '../api/request';
import { getWorkspace, listChanges } from '../api/workspace';
import type { Heard, IPreferences, IWorkspace, Standing } from '../tokens';

export const DEFAULTS: IPreferences = {
  notify: true,
  notifyAfter_s: 30,
  keyMetrics: [],
  refresh_s: 10
};

const LONGEST_MS = 30_000;
const RETRY_MS = 2_000;

/** Hears of changes by the event stream; asks from time to time in case it missed some. */
export class Workspace implements IWorkspace, IDisposable {
  constructor(options: Workspace.IOptions) {
    this.settings = options.settings;
    this.trans = options.trans;
    this._stream = new ChangeStream(options.events);
    this._stream.changed.connect(this._onChanges, this);
    this._poll = new Poll({
      name: 'jupyter-mlws:changes',
      auto: false,
      factory: () => this._look(),
      frequency: this._frequency(),
      standby: 'when-hidden'
    });
    this._poll.ticked.connect(this._onTick, this);
  }

  readonly settings: Settings;
  readonly trans: TranslationBundle;

  get standing(): Standing {
    return this._standing;
  }

  get info(): WorkspaceInfo | null {
    return this._info;
  }

  get preferences(): IPreferences {
    return this._preferences;
  }

  set preferences(preferences: IPreferences) {
    this._preferences = preferences;
    this._poll.frequency = this._frequency();
    this._changed.emit();
  }

  get answeredAt(): number | null {
    return this._answeredAt;
  }

  get hindrance(): string | null {
    return this._hindrance;
  }

  get retryAt(): number | null {
    return this._retryAt;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get heard(): ISignal<this, Heard> {
    return this._heard;
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  async start(): Promise<void> {
    await this._poll.start();
  }

  async refresh(): Promise<void> {
    await this._poll.refresh();
    await this._poll.tick.catch(() => undefined); // a round that fails is shown, not thrown
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._poll.dispose();
    this._stream.dispose();
    Signal.clearData(this);
  }

  private _frequency(): Poll['frequency'] {
    const interval = pause(this._standing, this._preferences.refresh_s);
    return { interval, backoff: true, max: LONGEST_MS };
  }

  /** One round: the workspace anew, and what changed since the last. */
  private async _look(): Promise<void> {
    const before = this._standing;
    try {
      if (this._info === null || before !== 'here') {
        this._info = await getWorkspace(this.settings);
        this._rev = this._info.rev;
        this._stand('here');
        this._heard.emit(null);
        return;
      }
      this._take(await listChanges(this.settings, this._rev));
      this._answeredAt = Date.now();
    } catch (error) {
      this._stumble(error);
    }
  }

  /** A workspace that is not there yet is no failure; whatever else is makes the poll wait longer. */
  private _stumble(error: unknown): void {
    if (this.isDisposed) {
      return;
    }
    if (error instanceof Refused && (error.status === 404 || error.code === 'unsupported')) {
      this._info = null;
      this._hindrance = error.status === 404 ? null : error.message;
      this._stand(error.code === 'not_found' ? 'none' : 'missing');
      return;
    }
    this._stand('away');
    if (!(error instanceof Away)) {
      console.warn('The workspace did not load:', error);
    }
    throw error;
  }

  private _stand(standing: Standing): void {
    if (standing !== 'away') {
      this._answeredAt = Date.now();
      this._retryAt = null;
    }
    this._standing = standing;
    this._poll.frequency = this._frequency();
    this._changed.emit();
  }

  private _onTick(poll: Poll): void {
    if (this._standing === 'away' && poll.state.phase === 'rejected') {
      this._retryAt = poll.state.timestamp + poll.state.interval;
      this._changed.emit();
    }
  }

  private _onChanges(_: unknown, changes: Changes): void {
    if (this._standing === 'here') {
      this._take(changes);
    } else {
      void this.refresh();
    }
  }

  private _take(changes: Changes): void {
    if (changes.rev <= this._rev) {
      return;
    }
    this._rev = changes.rev;
    const many = changes.truncated || changes.subjects.length === 0;
    this._heard.emit(many ? null : changes.subjects);
  }

  private readonly _stream: ChangeStream;
  private readonly _poll: Poll;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _heard = new Signal<this, Heard>(this);
  private _preferences: IPreferences = DEFAULTS;
  private _standing: Standing = 'loading';
  private _info: WorkspaceInfo | null = null;
  private _answeredAt: number | null = null;
  private _hindrance: string | null = null;
  private _retryAt: number | null = null;
  private _rev = -1;
}

export namespace Workspace {
  export interface IOptions {
    readonly settings: Settings;
    readonly events: Event.IManager;
    readonly trans: TranslationBundle;
  }
}

/** Milliseconds from one round to the next; where rounds fail, they grow apart from there. */
export function pause(standing: Standing, refresh_s: number): number {
  switch (standing) {
    case 'away':
      return RETRY_MS;
    case 'none':
    case 'missing':
      return LONGEST_MS; // its first change is pushed; asking is for when that is lost
    default:
      return refresh_s * 1000;
  }
}
