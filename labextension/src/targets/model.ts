/** The compute targets, as last heard. */
import type { TargetInfo } from '../api/records';
import { Shelf } from '../api/shelf';
import { listTargets } from '../api/targets';
import type { IWorkspace } from '../tokens';

/** All targets, read anew when one changes. */
export function targetsOf(workspace: IWorkspace): Shelf<TargetInfo> {
  return new Shelf(workspace, 'target', async () => (await listTargets(workspace.settings)).items);
}
