/** The compute targets, as last heard. */
import type { TargetInfo } from '../api/records';
import { Shelf } from '../api/shelf';
import { listTargets } from '../api/targets';
import type { IWorkspace } from '../tokens';

/** All targets, read anew when one changes, or a run: their slots are taken by runs. */
export function targetsOf(workspace: IWorkspace): Shelf<TargetInfo> {
  const read = async () => (await listTargets(workspace.settings)).items;
  return new Shelf(workspace, 'target', read, 'run');
}
