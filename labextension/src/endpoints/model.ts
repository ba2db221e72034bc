/** The endpoints, as last heard. */
import { listEndpoints } from '../api/endpoints';
import type { Endpoint } from '../api/records';
import { Shelf } from '../api/shelf';
import type { IWorkspace } from '../tokens';

/** All endpoints, read anew when one changes. */
export function endpointsOf(workspace: IWorkspace): Shelf<Endpoint> {
  const read = async () => (await listEndpoints(workspace.settings)).items;
  return new Shelf(workspace, 'endpoint', read);
}
