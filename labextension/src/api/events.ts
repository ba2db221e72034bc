/** The server's event stream, as a signal of what changed. */
import type { Event } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';

import type { Changes } from './records';

export const CHANGED = 'https://schema.jupyter.org/jupyter_mlws/changed/v1';

/** Hears of changes over the websocket that JupyterLab holds open anyway. */
export class ChangeStream implements IDisposable {
  constructor(events: Event.IManager) {
    this._events = events;
    events.stream.connect(this._onEvent, this);
  }

  get changed(): ISignal<this, Changes> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._events.stream.disconnect(this._onEvent, this);
    Signal.clearData(this);
  }

  private _onEvent(_: unknown, emission: Event.Emission): void {
    if (emission.schema_id !== CHANGED) {
      return;
    }
    this._changed.emit({
      rev: Number(emission.rev),
      subjects: (emission.subjects ?? []) as unknown as readonly string[],
      truncated: Boolean(emission.truncated)
    });
  }

  private readonly _events: Event.IManager;
  private readonly _changed = new Signal<this, Changes>(this);
  private _isDisposed = false;
}
