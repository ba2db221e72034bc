/** The registered models, and the versions of one, as last heard. Knows no React. */
import type { IDisposable } from '@lumino/disposable';
import { Throttler } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import { listEndpoints } from '../api/endpoints';
import type { Endpoint, Model, ModelVersion, RunDetail, VersionPatch } from '../api/records';
import { deleteVersion, listModels, listVersions, patchVersion } from '../api/models';
import { getRun } from '../api/runs';
import { Shelf } from '../api/shelf';
import { named, type Heard, type IWorkspace } from '../tokens';

const CALM_MS = 500;

/** All models, read anew when one changes. */
export function modelsOf(workspace: IWorkspace): Shelf<Model> {
  return new Shelf(workspace, 'model', async () => (await listModels(workspace.settings)).items);
}

/** The versions of one model, which of them is looked at, and what stands around it. */
export class VersionsModel implements IDisposable {
  constructor(
    readonly workspace: IWorkspace,
    readonly name: string,
    version: number | null = null
  ) {
    this._wanted = version;
    workspace.heard.connect(this._onHeard, this);
    void this.refresh();
  }

  /** Newest first, deleted ones too; null until they were read once. */
  get versions(): readonly ModelVersion[] | null {
    return this._versions;
  }

  get alive(): readonly ModelVersion[] {
    return this._versions?.filter(one => one.deleted_at === null) ?? [];
  }

  /** The one that is looked at: the one asked for, else the newest. */
  get selected(): ModelVersion | null {
    const alive = this.alive;
    return alive.find(one => one.version === this._wanted) ?? alive[0] ?? null;
  }

  /** The run that made the selected version; null while it is read, or where there is none. */
  get run(): RunDetail | null {
    const id = this.selected?.run_id;
    return (id && this._runs.get(id)) || null;
  }

  /** All endpoints; null until they were read once. */
  get endpoints(): readonly Endpoint[] | null {
    return this._endpoints;
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

  select(version: number): void {
    this._wanted = version;
    this._changed.emit();
    void this._readRun();
  }

  async refresh(): Promise<void> {
    try {
      const { settings } = this.workspace;
      this._versions = (await listVersions(settings, this.name)).items;
      this._error = null;
    } catch (error) {
      this._error = error;
    }
    this._tell();
    await Promise.all([this._readRun(), this._readEndpoints()]);
  }

  async patch(version: number, body: VersionPatch): Promise<void> {
    await patchVersion(this.workspace.settings, this.name, version, body);
    await this.refresh();
  }

  /** Throws Refused where an endpoint uses it. */
  async remove(version: number): Promise<void> {
    await deleteVersion(this.workspace.settings, this.name, version);
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

  private async _readRun(): Promise<void> {
    const id = this.selected?.run_id;
    if (!id || this._runs.has(id)) {
      return;
    }
    try {
      this._runs.set(id, await getRun(this.workspace.settings, id));
      this._tell();
    } catch {
      // The run was deleted; its version knows what it needs.
    }
  }

  private async _readEndpoints(): Promise<void> {
    try {
      this._endpoints = (await listEndpoints(this.workspace.settings)).items;
      this._tell();
    } catch {
      // Their names are known from the version; only their states are missed.
    }
  }

  private _tell(): void {
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  private _onHeard(_: unknown, heard: Heard): void {
    const mine = named(heard, 'model')?.includes(this.name) ?? true;
    const served = named(heard, 'endpoint')?.length ?? 0;
    if (mine || served > 0) {
      void this._reading.invoke().catch(() => undefined); // disposed meanwhile
    }
  }

  private readonly _reading = new Throttler(() => this.refresh(), {
    limit: CALM_MS,
    edge: 'trailing'
  });
  private readonly _changed = new Signal<this, void>(this);
  private readonly _runs = new Map<string, RunDetail>();
  private _versions: readonly ModelVersion[] | null = null;
  private _endpoints: readonly Endpoint[] | null = null;
  private _wanted: number | null;
  private _error: unknown = null;
}
