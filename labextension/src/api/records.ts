/** The records of the wire, as the server writes them. Times are RFC 3339. */

/** A moment: `2030-01-01T00:00:00.000Z`. */
export type Instant = string;

/** A number, or the words that stand for those which JSON lacks. */
export type Figure = number | 'NaN' | 'Infinity' | '-Infinity';

export type RunState =
  | 'Queued'
  | 'Preparing'
  | 'Starting'
  | 'Running'
  | 'CancelRequested'
  | 'Finalizing'
  | 'Completed'
  | 'Failed'
  | 'Canceled';

export type EndpointState = 'Transitioning' | 'Healthy' | 'Unhealthy' | 'Failed' | 'Deleting';

export type Parameters = Readonly<Record<string, boolean | number | string>>;
export type Tags = Readonly<Record<string, string>>;

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
}

export interface Changes {
  readonly rev: number;
  readonly subjects: readonly string[];
  readonly truncated: boolean;
}

export interface WorkspaceInfo {
  readonly id: string;
  readonly name: string;
  readonly root: string;
  readonly version: string;
  readonly owner: string;
  readonly pid: number;
  readonly default_target: string;
  readonly n_runs: number;
  readonly n_active: number;
  readonly rev: number;
  readonly store_bytes: number;
  readonly runs_bytes: number;
  readonly blobs_bytes: number;
  readonly disk_free_bytes: number;
}

export interface Experiment {
  readonly id: number;
  readonly name: string;
  readonly n_runs: number;
  readonly n_active: number;
  readonly n_failed: number;
  readonly last_at: Instant | null;
  readonly archived_at: Instant | null;
  readonly created_at: Instant;
  readonly created_by: string;
}

export interface FileEntry {
  readonly path: string;
  readonly size_bytes: number;
  readonly digest: string | null;
  readonly at: Instant | null;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}

export interface Curve {
  readonly name: string;
  readonly last: Figure;
  readonly points: readonly Figure[];
}

export interface Source {
  readonly notebook: string | null;
  readonly cell_id: string | null;
  readonly user: string | null;
  readonly host: string | null;
  readonly stale: boolean;
}

export interface RunSpec {
  readonly command: readonly string[] | null;
  readonly script: string | null;
  readonly notebook: string | null;
  readonly arguments: readonly string[];
  readonly parameters: Parameters;
  readonly target: string;
  readonly experiment: string;
  readonly snapshot: string | null;
  readonly python: string | null;
  readonly environment: string | null;
  readonly variables: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
  readonly source: Source;
  readonly resources: {
    readonly cpus: number | null;
    readonly gpus: number;
    readonly memory_bytes: number | null;
  };
  readonly max_duration_s: number | null;
  readonly retries: number;
  readonly priority: number;
  readonly name: string | null;
  readonly tags: Tags;
  readonly ignored: readonly string[];
}

export interface Run {
  readonly id: string;
  readonly experiment: string;
  readonly number: number;
  readonly parent_id: string | null;
  readonly kind: 'script' | 'notebook' | 'service' | 'external';
  readonly name: string | null;
  readonly description: string | null;
  readonly state: RunState;
  readonly reason_code: string | null;
  readonly reason: string | null;
  readonly state_since: Instant;
  readonly deadline_at: Instant | null;
  readonly not_responding_since: Instant | null;
  readonly target: string;
  readonly priority: number;
  readonly spec: RunSpec;
  readonly parameters: Parameters;
  readonly tags: Tags;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly curve: Curve | null;
  readonly progress: Progress | null;
  readonly snapshot: string | null;
  readonly environment: string | null;
  readonly attempt: number;
  readonly exit_code: number | null;
  readonly signal: number | null;
  readonly cancel_requested_at: Instant | null;
  readonly started_at: Instant | null;
  readonly ended_at: Instant | null;
  readonly archived_at: Instant | null;
  readonly created_at: Instant;
  readonly created_by: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: number | null;
  readonly oom: boolean;
  readonly ended_by: 'command' | 'cancel' | 'timeout' | 'shim';
  readonly at: number;
  readonly max_rss_bytes: number;
  readonly log_bytes: number;
  readonly events: Readonly<Record<string, number>>;
}

export interface Attempt {
  readonly run_id: string;
  readonly n: number;
  readonly started_at: Instant | null;
  readonly ended_at: Instant | null;
  readonly exit: Exit | null;
}

export interface Move {
  readonly seq: number;
  readonly at: Instant;
  readonly from: RunState | null;
  readonly to: RunState;
  readonly code: string | null;
  readonly sentence: string | null;
  readonly deadline_at: Instant | null;
}

export interface RunDetail extends Run {
  readonly command: readonly string[];
  readonly arguments: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly git: Readonly<Record<string, string>> | null;
  readonly environment_record: {
    readonly python?: string;
    readonly version?: string;
    readonly implementation?: string;
    readonly platform?: string;
    readonly packages?: Readonly<Record<string, string>>;
  } | null;
  readonly machine: Readonly<Record<string, unknown>> | null;
  readonly children: readonly string[];
  readonly outputs: readonly FileEntry[];
  readonly attempts: readonly Attempt[];
  readonly models: readonly string[];
  readonly log_bytes: number;
}

export interface RunPatch {
  readonly name?: string;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string | null>>;
  readonly archived?: boolean;
}

export interface RunAgain {
  readonly id?: string;
  readonly arguments?: readonly string[];
  readonly parameters?: Parameters;
  readonly target?: string;
  readonly name?: string;
}

export interface Point {
  readonly step: number | null;
  readonly value: unknown;
  readonly at: Instant;
}

export interface Series {
  readonly run_id: string;
  readonly name: string;
  readonly kind: 'scalar' | 'text' | 'row' | 'table' | 'image';
  readonly n: number;
  readonly last: unknown;
  readonly min: Figure | null;
  readonly max: Figure | null;
  readonly last_step: number | null;
  readonly last_at: Instant;
  readonly points: readonly Point[];
}

/** A scalar series in buckets; the arrays are parallel. */
export interface Chart {
  readonly run_id: string;
  readonly name: string;
  readonly n: number;
  readonly steps: readonly number[];
  readonly at: readonly number[];
  readonly values: readonly Figure[];
  readonly low: readonly Figure[];
  readonly high: readonly Figure[];
}

export interface SnapshotEntry {
  readonly path: string;
  readonly kind?: 'file' | 'link';
  readonly digest?: string | null;
  readonly size_bytes?: number;
  readonly executable?: boolean;
  readonly target?: string | null;
}

export interface Snapshot {
  readonly id: string;
  readonly n_files: number;
  readonly size_bytes: number;
  readonly entries: readonly SnapshotEntry[];
}

export interface FileDiff {
  readonly path: string;
  readonly change: 'new' | 'gone' | 'changed';
  readonly added: number;
  readonly removed: number;
  readonly diff: string | null;
}

export interface SnapshotDiff {
  readonly files: readonly FileDiff[];
}

export interface ModelVersion {
  readonly name: string;
  readonly version: number;
  readonly run_id: string | null;
  readonly run: string | null;
  readonly experiment: string | null;
  readonly path: string;
  readonly files: readonly FileEntry[];
  readonly size_bytes: number;
  readonly framework: string | null;
  readonly framework_version: string | null;
  readonly description: string | null;
  readonly tags: Tags;
  readonly properties: Readonly<Record<string, string>>;
  readonly sample: unknown;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly endpoints: readonly string[];
  readonly created_at: Instant;
  readonly created_by: string;
  readonly deleted_at: Instant | null;
}

export interface Model {
  readonly name: string;
  readonly n_versions: number;
  readonly latest: ModelVersion | null;
  readonly endpoints: readonly string[];
}

export interface NewVersion {
  readonly run?: string;
  readonly path?: string;
  readonly framework?: string;
  readonly framework_version?: string;
  readonly description?: string;
  readonly tags?: Tags;
  readonly properties?: Readonly<Record<string, string>>;
  readonly sample?: unknown;
}

export interface VersionPatch {
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string | null>>;
  readonly properties?: Readonly<Record<string, string | null>>;
  readonly sample?: unknown;
}

export interface Limits {
  readonly concurrency: number;
  readonly queue: number;
  readonly queue_timeout_s: number;
  readonly request_timeout_s: number;
  readonly body_bytes: number;
}

export interface Deployment {
  readonly endpoint: string;
  readonly revision: number;
  readonly model: string;
  readonly script: string | null;
  readonly snapshot: string | null;
  readonly python: string | null;
  readonly instances: number;
  readonly state: EndpointState;
  readonly reason: string | null;
  readonly created_at: Instant;
  readonly created_by: string;
}

export interface Replica {
  readonly n: number;
  readonly revision: number;
  readonly state: string;
  readonly pid: number | null;
  readonly restarts: number;
  readonly in_flight: number;
  readonly memory_bytes: number | null;
}

export interface Traffic {
  readonly requests: number;
  readonly errors: number;
  readonly refused: number;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly per_second: readonly number[];
}

export interface Endpoint {
  readonly name: string;
  readonly state: EndpointState;
  readonly reason: string | null;
  readonly target: string;
  readonly scoring_uri: string | null;
  readonly openapi_uri: string | null;
  readonly models: readonly string[];
  readonly instances: number;
  readonly revision: number;
  readonly run_id: string | null;
  readonly script: string | null;
  readonly sample: unknown;
  readonly limits: Limits;
  readonly replicas: readonly Replica[];
  readonly traffic: Traffic | null;
  readonly deployments: readonly Deployment[];
  readonly created_at: Instant;
  readonly created_by: string;
}

export interface NewEndpoint {
  readonly name: string;
  readonly model: string;
  readonly script?: string;
  readonly snapshot?: string;
  readonly target?: string;
  readonly python?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly instances?: number;
  readonly limits?: Partial<Limits>;
}

export interface EndpointPatch {
  readonly model?: string;
  readonly script?: string;
  readonly snapshot?: string;
  readonly python?: string;
  readonly instances?: number;
  readonly limits?: Partial<Limits>;
}

export interface Keys {
  readonly primary: string;
  readonly secondary: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly duration_ms: number;
  readonly replica: number | null;
}

export interface Gpu {
  readonly name: string;
  readonly memory_bytes: number;
  readonly memory_used_bytes: number;
  readonly percent: number;
}

export interface Machine {
  readonly host: string | null;
  readonly cpus: number | null;
  readonly cpu_percent: number | null;
  readonly memory_bytes: number | null;
  readonly memory_used_bytes: number | null;
  readonly disk_bytes: number | null;
  readonly disk_free_bytes: number | null;
  readonly gpus: readonly Gpu[];
}

export interface TargetInfo {
  readonly name: string;
  readonly kind: string;
  readonly default: boolean;
  readonly slots: number;
  readonly running: number;
  readonly waiting: number;
  readonly machine: Machine | null;
  readonly problem: string | null;
  readonly checked_at: Instant | null;
  readonly config: Readonly<Record<string, unknown>>;
}
