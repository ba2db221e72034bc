/** The records of the wire: those made from the server's own, made readonly. Times are RFC 3339. */
import type { components } from './types';

type Made = components['schemas'];

/** What is read is not written to; a field of any kind is unknown until it is looked at. */
type Read<T> = unknown extends T
  ? unknown
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer U)[]
      ? readonly Read<U>[]
      : [T] extends [Record<string, never>]
        ? Readonly<Record<string, unknown>>
        : { readonly [K in keyof T]: Read<T[K]> };

/** A body to send: what is absent stays as it is, or takes its default. */
type Body<T> = Partial<Read<T>>;

/** A moment: `2030-01-01T00:00:00.000Z`. */
export type Instant = string;

/** A number, or the words that stand for those which JSON lacks. */
export type Figure = number | 'NaN' | 'Infinity' | '-Infinity';

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export type RunState = Made['RunState'];
export type EndpointState = Made['EndpointState'];
export type Problem = Read<Made['Problem']>;
export type Changes = Read<Made['Changes']>;
export type WorkspaceInfo = Read<Made['WorkspaceInfo']>;

export type Experiment = Read<Made['Experiment']>;
export type Run = Read<Made['Run']>;
export type RunSpec = Read<Made['RunSpec']>;
export type RunPatch = Body<Made['RunPatch']>;
export type RunAgain = Body<Made['RunAgain']>;
export type Parameters = Run['parameters'];
export type Tags = Run['tags'];
export type Progress = Read<Made['Progress']>;
export type Curve = Read<Made['Curve']>;
export type Source = Read<Made['Source']>;
export type Exit = Read<Made['Exit']>;
export type Attempt = Read<Made['Attempt']>;
export type Move = Read<Made['Move']>;
export type FileEntry = Read<Made['FileEntry']>;

/** The packages of the interpreter that ran it. */
export interface EnvironmentRecord {
  readonly python?: string;
  readonly version?: string;
  readonly implementation?: string;
  readonly platform?: string;
  readonly packages?: Readonly<Record<string, string>>;
}

export type RunDetail = Omit<Read<Made['RunDetail']>, 'environment_record'> & {
  readonly environment_record: EnvironmentRecord | null;
};

export type Point = Read<Made['Point']>;
export type Series = Read<Made['Series']>;
/** A scalar series in buckets; the arrays are parallel. */
export type Chart = Read<Made['Chart']>;

export type SnapshotEntry = Read<Made['Entry']>;
export type Snapshot = Read<Made['Snapshot']>;
export type FileDiff = Read<Made['FileDiff']>;
export type SnapshotDiff = Read<Made['SnapshotDiff']>;

export type Model = Read<Made['Model']>;
export type ModelVersion = Read<Made['ModelVersion']>;
export type NewVersion = Body<Made['NewVersion']>;
export type VersionPatch = Body<Made['VersionPatch']>;

export type Limits = Read<Made['Limits']>;
export type Deployment = Read<Made['Deployment']>;
export type Replica = Read<Made['Replica']>;
export type Traffic = Read<Made['Traffic']>;
export type Endpoint = Read<Made['Endpoint']>;
export type NewEndpoint = Body<Made['NewEndpoint']> &
  Pick<Read<Made['NewEndpoint']>, 'name' | 'model'>;
export type EndpointPatch = Body<Made['EndpointPatch']>;
export type Keys = Read<Made['Keys']>;
export type Answer = Read<Made['Answer']>;

export type Gpu = Read<Made['Gpu']>;
export type Machine = Read<Made['Machine']>;
export type TargetInfo = Read<Made['TargetInfo']>;
