/** The endpoints, and one of them with its load and its last requests. Knows no React. */
import type { IDisposable } from '@lumino/disposable';
import { Throttler } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import {
  deleteEndpoint,
  getEndpoint,
  getKeys,
  invokeEndpoint,
  listEndpoints,
  patchEndpoint,
  renewKey
} from '../api/endpoints';
import type { Answer, Endpoint, EndpointPatch, Keys } from '../api/records';
import { Refused, sentence } from '../api/request';
import { Shelf } from '../api/shelf';
import { named, type Heard, type IWorkspace } from '../tokens';

const CALM_MS = 500;
const REQUESTS = 20;
const LOADS = 300; // ten minutes, a look each two seconds

/** All endpoints, read anew when one changes. */
export function endpointsOf(workspace: IWorkspace): Shelf<Endpoint> {
  const read = async () => (await listEndpoints(workspace.settings)).items;
  return new Shelf(workspace, 'endpoint', read);
}

export const TABS = ['overview', 'test', 'code', 'log', 'events'] as const;
export type TabId = (typeof TABS)[number];

/** One look at the load; each says what the last minute was like. */
export interface ILoad {
  readonly at: number;
  readonly p50: number | null;
  readonly p95: number | null;
  /** Percent of the requests that failed; null when there were none. */
  readonly failed: number | null;
}

/** A request that was sent, and what came of it. */
export interface ITried {
  readonly at: number;
  readonly text: string;
  readonly answer: Answer | null;
  /** Why nothing came back. */
  readonly error: string | null;
}

/** What was typed and sent to an endpoint; it outlives the page. */
export interface ITrial {
  text: string | null;
  tried: readonly ITried[];
}

export class EndpointModel implements IDisposable {
  constructor(
    readonly workspace: IWorkspace,
    readonly name: string,
    readonly trial: ITrial,
    tab?: string
  ) {
    this.show(tab);
    workspace.heard.connect(this._onHeard, this);
  }

  /** Null until it was read once. */
  get endpoint(): Endpoint | null {
    return this._endpoint;
  }

  /** The keys, only after they were asked for. */
  get keys(): Keys | null {
    return this._keys;
  }

  get loads(): readonly ILoad[] {
    return this._loads;
  }

  get tab(): TabId {
    return this._tab;
  }

  get error(): unknown {
    return this._error;
  }

  /** It was there, and is no longer. */
  get gone(): boolean {
    return this._endpoint !== null && isMissing(this._error);
  }

  /** A request is on its way. */
  get sending(): boolean {
    return this._sending;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._reading.isDisposed;
  }

  show(tab: string | undefined): void {
    const known = TABS.find(one => one === tab);
    if (known) {
      this._tab = known;
      this._changed.emit();
    }
  }

  async refresh(): Promise<void> {
    try {
      const read = await getEndpoint(this.workspace.settings, this.name);
      this._endpoint = read;
      this._error = null;
      this._note(read);
    } catch (error) {
      this._error = error;
    }
    this._tell();
  }

  async readKeys(): Promise<Keys> {
    this._keys = await getKeys(this.workspace.settings, this.name);
    this._tell();
    return this._keys;
  }

  forgetKeys(): void {
    this._keys = null;
    this._tell();
  }

  async renew(which: keyof Keys): Promise<void> {
    this._keys = await renewKey(this.workspace.settings, this.name, which);
    this._tell();
  }

  async patch(body: EndpointPatch): Promise<void> {
    this._endpoint = await patchEndpoint(this.workspace.settings, this.name, body);
    this._tell();
  }

  async remove(): Promise<void> {
    await deleteEndpoint(this.workspace.settings, this.name);
  }

  /** Keeps what is typed, so that it is there when the page is opened again. */
  type(text: string): void {
    this.trial.text = text;
    this._tell();
  }

  async send(text: string, value: unknown): Promise<void> {
    this._sending = true;
    this._tell();
    const at = Date.now();
    let answer: Answer | null = null;
    let error: string | null = null;
    try {
      answer = await invokeEndpoint(this.workspace.settings, this.name, value);
    } catch (reason) {
      error = sentence(reason);
    }
    this.trial.tried = [{ at, text, answer, error }, ...this.trial.tried].slice(0, REQUESTS);
    this._sending = false;
    this._tell();
    void this.refresh();
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.workspace.heard.disconnect(this._onHeard, this);
    this._reading.dispose();
    Signal.clearData(this);
  }

  private _note({ traffic }: Endpoint): void {
    const load = {
      at: Date.now(),
      p50: traffic?.p50_ms ?? null,
      p95: traffic?.p95_ms ?? null,
      failed: traffic?.requests ? (100 * traffic.errors) / traffic.requests : null
    };
    this._loads = [...this._loads, load].slice(-LOADS);
  }

  private _tell(): void {
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  private _onHeard(_: unknown, heard: Heard): void {
    if (named(heard, 'endpoint')?.includes(this.name) ?? true) {
      void this._reading.invoke().catch(() => undefined); // disposed meanwhile
    }
  }

  private readonly _reading = new Throttler(() => this.refresh(), {
    limit: CALM_MS,
    edge: 'trailing'
  });
  private readonly _changed = new Signal<this, void>(this);
  private _endpoint: Endpoint | null = null;
  private _keys: Keys | null = null;
  private _loads: readonly ILoad[] = [];
  private _tab: TabId = 'overview';
  private _sending = false;
  private _error: unknown = null;
}

export function isMissing(error: unknown): boolean {
  return error instanceof Refused && error.status === 404;
}
