/** Compute targets: one function a route. */
import type { Page, TargetInfo } from './records';
import { ask, path, type Settings } from './request';

export function listTargets(settings: Settings): Promise<Page<TargetInfo>> {
  return ask(settings, 'targets');
}

export function getTarget(settings: Settings, name: string): Promise<TargetInfo> {
  return ask(settings, path('targets', name));
}

export function detachTarget(settings: Settings, name: string): Promise<void> {
  return ask(settings, path('targets', name), { method: 'DELETE' });
}
