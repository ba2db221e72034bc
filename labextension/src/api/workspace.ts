/** The workspace, and what changed in it. */
import type { Changes, WorkspaceInfo } from './records';
import { ask, type Settings } from './request';

export function getWorkspace(settings: Settings): Promise<WorkspaceInfo> {
  return ask(settings, 'workspace');
}

export function listChanges(settings: Settings, since: number): Promise<Changes> {
  return ask(settings, 'changes', { query: { since, wait_s: 0 } });
}
