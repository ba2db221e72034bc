/** The registered models, as last heard. */
import type { Model } from '../api/records';
import { listModels } from '../api/models';
import { Shelf } from '../api/shelf';
import type { IWorkspace } from '../tokens';

/** All models, read anew when one changes. */
export function modelsOf(workspace: IWorkspace): Shelf<Model> {
  return new Shelf(workspace, 'model', async () => (await listModels(workspace.settings)).items);
}
