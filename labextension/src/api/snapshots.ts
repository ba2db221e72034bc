/** Snapshots of code: one function a route. */
import type { Snapshot, SnapshotDiff } from './records';
import { answer, ask, filePath, link, path, type Settings } from './request';

export function getSnapshot(settings: Settings, id: string): Promise<Snapshot> {
  return ask(settings, path('snapshots', id));
}

export function diffSnapshots(
  settings: Settings,
  id: string,
  other: string
): Promise<SnapshotDiff> {
  return ask(settings, path('snapshots', id, 'diff', other));
}

export async function readSnapshotFile(
  settings: Settings,
  id: string,
  file: string
): Promise<Response> {
  return answer(settings, `${path('snapshots', id, 'files')}/${filePath(file)}`);
}

export function snapshotLink(settings: Settings, id: string, file: string): string {
  return link(settings, `${path('snapshots', id, 'files')}/${filePath(file)}`);
}

export function zipLink(settings: Settings, id: string): string {
  return link(settings, `${path('snapshots', id)}.zip`);
}
