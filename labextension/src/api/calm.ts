/** Does something soon after it was asked for, and not too often. */
import type { IDisposable } from '@lumino/disposable';

/**
 * What is asked for while it is being done is done once more after that, so that nothing which
 * was heard of meanwhile is missed.
 */
export class Calm implements IDisposable {
  constructor(what: () => Promise<void>, pause_ms: number) {
    this._what = what;
    this._pause_ms = pause_ms;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The first is done at once, those that follow after a pause. */
  ask(): void {
    this._asked = true;
    if (!this._busy && !this._isDisposed) {
      void this._work();
    }
  }

  dispose(): void {
    this._isDisposed = true;
  }

  private async _work(): Promise<void> {
    this._busy = true;
    while (this._asked && !this._isDisposed) {
      this._asked = false;
      try {
        await this._what();
      } catch (error) {
        console.warn('Not read anew:', error);
      }
      await new Promise(resolve => window.setTimeout(resolve, this._pause_ms));
    }
    this._busy = false;
  }

  private readonly _what: () => Promise<void>;
  private readonly _pause_ms: number;
  private _asked = false;
  private _busy = false;
  private _isDisposed = false;
}
