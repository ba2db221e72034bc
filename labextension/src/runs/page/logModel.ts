/** A run's log: its end first, what comes after as it comes, what is before when asked for. */
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Settings } from '../../api/request';
import { followLog, readLog } from '../../api/runs';
import { plain } from '../../ui/ansi';

const FIRST_BYTES = 1_000_000;
const EARLIER_BYTES = 4_000_000;
const RECONNECT_MS = 3000;
const DRAW_MS = 150;

export type Standing = 'loading' | 'following' | 'ended' | 'broken';

const ERROR = /\b(error|exception|traceback|critical|fatal)\b/i;

/** Lines are kept raw: those that are seen are colored when they are drawn. */
export class LogModel implements IDisposable {
  constructor(settings: Settings, id: string) {
    this._settings = settings;
    this._id = id;
    void this._begin();
  }

  get lines(): readonly string[] {
    return this._lines;
  }

  /** Where the first line begins in the whole log, in bytes; 0 when nothing is before it. */
  get start(): number {
    return this._start;
  }

  /** Bytes read until now, from the log's beginning. */
  get size(): number {
    return this._next;
  }

  get standing(): Standing {
    return this._standing;
  }

  get error(): unknown {
    return this._error;
  }

  /** When the last bytes came. */
  get heardAt(): number | null {
    return this._heardAt;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Numbers of the lines that have the words, letter case aside. */
  find(words: string): readonly number[] {
    const wanted = words.toLowerCase();
    return this._where(line => plain(line).toLowerCase().includes(wanted));
  }

  errors(): readonly number[] {
    return this._where(line => ERROR.test(line));
  }

  /** Reads what stands before the first line. */
  async earlier(): Promise<void> {
    const from = Math.max(0, this._start - EARLIER_BYTES);
    const part = await readLog(this._settings, this._id, from, this._start - from);
    const [start, text] = whole(from, part.bytes);
    const before = text.split('\n');
    this._lines = [...before.slice(0, -1), before[before.length - 1] + this._lines[0]].concat(
      this._lines.slice(1)
    );
    this._start = start;
    this._emit();
  }

  retry(): void {
    this._error = null;
    void this._begin();
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._socket?.close();
    window.clearTimeout(this._timer);
    Signal.clearData(this);
  }

  private async _begin(): Promise<void> {
    try {
      const part = await readLog(this._settings, this._id, -FIRST_BYTES);
      const [start, text] = whole(part.next - part.bytes.length, part.bytes);
      this._start = start;
      this._next = part.next;
      this._lines = text.split('\n');
      this._follow();
    } catch (error) {
      this._error = error;
      this._standing = 'broken';
      this._emit();
    }
  }

  private _follow(): void {
    if (this._isDisposed) {
      return;
    }
    const decoder = new TextDecoder();
    const socket = (this._socket = followLog(this._settings, this._id, this._next));
    this._standing = 'following';
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (typeof data === 'string') {
        this._standing = 'ended';
        socket.close();
      } else {
        this._next += data.byteLength;
        this._append(decoder.decode(data, { stream: true }));
      }
      this._drawSoon();
    };
    socket.onclose = () => {
      if (this._standing === 'following' && !this._isDisposed) {
        this._standing = 'broken';
        this._drawSoon();
        window.setTimeout(() => this._follow(), RECONNECT_MS);
      }
    };
    this._drawSoon();
  }

  private _append(text: string): void {
    const added = text.split('\n');
    const last = this._lines.length - 1;
    this._lines[last] = shortened(this._lines[last] + added[0]);
    for (const line of added.slice(1)) {
      this._lines.push(line);
    }
    this._heardAt = Date.now();
  }

  private _where(is: (line: string) => boolean): readonly number[] {
    return this._lines.flatMap((line, i) => (is(line) ? [i] : []));
  }

  /** Many frames make one drawing. */
  private _drawSoon(): void {
    if (this._timer === 0) {
      this._timer = window.setTimeout(() => {
        this._timer = 0;
        this._emit();
      }, DRAW_MS);
    }
  }

  private _emit(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private readonly _settings: Settings;
  private readonly _id: string;
  private readonly _changed = new Signal<this, void>(this);
  private _lines: string[] = [''];
  private _start = 0;
  private _next = 0;
  private _standing: Standing = 'loading';
  private _error: unknown = null;
  private _heardAt: number | null = null;
  private _socket: WebSocket | null = null;
  private _timer = 0;
  private _isDisposed = false;
}

/** A part that begins amid a line, from its first whole line on; and where that begins. */
function whole(from: number, bytes: Uint8Array): readonly [number, string] {
  const skip = from === 0 ? 0 : bytes.indexOf(10) + 1;
  return [from + skip, new TextDecoder().decode(bytes.subarray(skip))];
}

/** A bar that was written over a thousand times keeps its last writing. */
function shortened(line: string): string {
  const at = line.replace(/\r+$/, '').lastIndexOf('\r');
  return at > 2000 ? line.slice(at) : line;
}
