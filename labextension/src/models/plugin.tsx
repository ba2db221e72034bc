/** Puts the models into the sidebar. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import * as React from 'react';

import { ISidebar, IWorkspace } from '../tokens';
import { modelsOf } from './model';
import { ModelsPanel } from './panel';

/** The model page's command; it takes `{name, version?}`. */
export const OPEN_MODEL = 'mlws:open-model';

export const modelsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlws:models',
  description: 'The registered models of the workspace.',
  autoStart: true,
  requires: [IWorkspace, ISidebar],
  activate: (app: JupyterFrontEnd, workspace: IWorkspace, sidebar: ISidebar) => {
    const shelf = modelsOf(workspace);
    sidebar.add({
      id: 'models',
      title: workspace.trans.__('Models'),
      rank: 20,
      changed: shelf.changed,
      count: () => (shelf.items?.length ? String(shelf.items.length) : ''),
      body: () => (
        <ModelsPanel
          shelf={shelf}
          workspace={workspace}
          onOpen={name => {
            if (app.commands.hasCommand(OPEN_MODEL)) {
              void app.commands.execute(OPEN_MODEL, { name });
            }
          }}
        />
      )
    });
  }
};
