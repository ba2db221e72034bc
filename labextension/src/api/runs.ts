/** Runs and experiments: one function a route. */
import type {
  Chart,
  Experiment,
  FileEntry,
  Move,
  Page,
  Run,
  RunAgain,
  RunDetail,
  RunPatch,
  RunState,
  Series
} from './records';
import { answer, ask, filePath, link, path, socket, type Settings } from './request';

export interface IRunQuery {
  readonly experiment?: string;
  /** States, or `active`, or `ended`. */
  readonly state?: readonly (RunState | 'active' | 'ended')[];
  /** Words, `tag=value`, and comparisons such as `metric.acc>0.9`. */
  readonly filter?: string;
  readonly order?: string;
  /** Only the children of this run, by its id. */
  readonly parent?: string;
  readonly limit?: number;
  readonly cursor?: string | null;
}

/** A part of a log: its bytes, where the next part starts, and how long the whole is. */
export interface ILogPart {
  readonly bytes: Uint8Array;
  readonly next: number;
  readonly size: number;
}

export function listExperiments(settings: Settings): Promise<Page<Experiment>> {
  return ask(settings, 'experiments', { query: { limit: 1000 } });
}

export function listRuns(
  settings: Settings,
  query: IRunQuery,
  signal?: AbortSignal
): Promise<Page<Run>> {
  return ask(settings, 'runs', { query: { ...query, state: query.state?.join(',') }, signal });
}

export function getRun(settings: Settings, id: string): Promise<RunDetail> {
  return ask(settings, path('runs', id));
}

export function patchRun(settings: Settings, id: string, body: RunPatch): Promise<Run> {
  return ask(settings, path('runs', id), { method: 'PATCH', body });
}

export function deleteRun(settings: Settings, id: string): Promise<void> {
  return ask(settings, path('runs', id), { method: 'DELETE' });
}

export function cancelRun(settings: Settings, id: string): Promise<Run> {
  return ask(settings, path('runs', id, 'cancel'), { method: 'POST' });
}

export function runAgain(settings: Settings, id: string, body: RunAgain = {}): Promise<Run> {
  return ask(settings, path('runs', id, 'again'), { method: 'POST', body });
}

/** A part of a run's log; a negative `offset` counts from the end. */
export async function readLog(
  settings: Settings,
  id: string,
  offset: number,
  limit?: number
): Promise<ILogPart> {
  const query = { offset, limit };
  const response = await answer(settings, path('runs', id, 'log'), { query });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const size = Number(response.headers.get('X-Log-Size') ?? bytes.length);
  const next = Number(response.headers.get('X-Next-Offset') ?? Math.max(offset, 0) + bytes.length);
  return { bytes, next, size };
}

export function logLink(settings: Settings, id: string): string {
  return link(settings, path('runs', id, 'log'));
}

/** Binary frames are bytes of the log; `{"end":true}` says that all was sent. */
export function followLog(settings: Settings, id: string, offset: number): WebSocket {
  const open = socket(settings, path('runs', id, 'log', 'follow'), { offset });
  open.binaryType = 'arraybuffer';
  return open;
}

export function listMoves(settings: Settings, id: string): Promise<Page<Move>> {
  return ask(settings, path('runs', id, 'moves'));
}

/** The metrics of a run; scalars carry at most so many points. */
export function listMetrics(settings: Settings, id: string, buckets = 48): Promise<Page<Series>> {
  return ask(settings, path('runs', id, 'metrics'), { query: { buckets } });
}

export function getChart(
  settings: Settings,
  id: string,
  name: string,
  buckets = 500
): Promise<Chart> {
  return ask(settings, path('runs', id, 'metrics', name), { query: { buckets } });
}

export function getSeries(settings: Settings, id: string, name: string): Promise<Series> {
  return ask(settings, path('runs', id, 'metrics', name));
}

export function listFiles(settings: Settings, id: string): Promise<Page<FileEntry>> {
  return ask(settings, path('runs', id, 'files'));
}

export function fileLink(settings: Settings, id: string, file: string, download = false): string {
  const query = { download: download || undefined };
  return link(settings, `${path('runs', id, 'files')}/${filePath(file)}`, query);
}

export async function readFile(settings: Settings, id: string, file: string): Promise<Response> {
  return answer(settings, `${path('runs', id, 'files')}/${filePath(file)}`);
}
