/** A list of one noun that is read anew when one of them changes. Knows no React. */
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { Calm } from './calm';
import { concerns, type Heard, type IWorkspace } from '../tokens';

const CALM_MS = 1000;
const LONG_CALM_MS = 3000;

export class Shelf<T> implements IDisposable {
  /**
   * @param workspace - Says when something changed.
   * @param noun - The subjects that concern this list: `model` for `model:digits`.
   * @param read - Reads the whole list.
   * @param also - Another noun whose changes show in this list. Those come often: they wait longer.
   */
  constructor(
    workspace: IWorkspace,
    noun: string,
    read: () => Promise<readonly T[]>,
    also: string | null = null
  ) {
    this._workspace = workspace;
    this._noun = noun;
    this._also = also;
    this._read = read;
    this._reading = new Calm(() => this.refresh(), also ? LONG_CALM_MS : CALM_MS);
    workspace.heard.connect(this._onHeard, this);
  }

  /** Null until it was read once. */
  get items(): readonly T[] | null {
    return this._items;
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

  async refresh(): Promise<void> {
    try {
      this._items = await this._read();
      this._error = null;
    } catch (error) {
      this._error = error;
    }
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._workspace.heard.disconnect(this._onHeard, this);
    this._reading.dispose();
    Signal.clearData(this);
  }

  private _onHeard(_: unknown, heard: Heard): void {
    if (concerns(heard, this._noun) || (this._also && concerns(heard, this._also))) {
      this._reading.ask();
    }
  }

  private readonly _workspace: IWorkspace;
  private readonly _noun: string;
  private readonly _also: string | null;
  private readonly _read: () => Promise<readonly T[]>;
  private readonly _reading: Calm;
  private readonly _changed = new Signal<this, void>(this);
  private _items: readonly T[] | null = null;
  private _error: unknown = null;
}
