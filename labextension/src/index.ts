/** The plugins of the extension. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { cardPlugin } from './card/plugin';
import { endpointsPlugin } from './endpoints/plugin';
import { modelsPlugin } from './models/plugin';
import { savePlugin } from './notebook/plugin';
import { runPagePlugin } from './runs/page/plugin';
import { runsPlugin } from './runs/plugin';
import { targetsPlugin } from './targets/plugin';
import { sidebarPlugin, workspacePlugin } from './workspace/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  workspacePlugin,
  sidebarPlugin,
  runsPlugin,
  runPagePlugin,
  modelsPlugin,
  endpointsPlugin,
  targetsPlugin,
  cardPlugin,
  savePlugin
];

export default plugins;
export { ISidebar, IWorkspace } from './tokens';
