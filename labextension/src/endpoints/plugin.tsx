/** Puts the endpoints into the sidebar. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import * as React from 'react';

import { ISidebar, IWorkspace } from '../tokens';
import { endpointsOf } from './model';
import { EndpointsPanel } from './panel';

/** The endpoint page's command; it takes `{name}`. */
export const OPEN_ENDPOINT = 'mlws:open-endpoint';

export const endpointsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlws:endpoints',
  description: 'The endpoints of the workspace.',
  autoStart: true,
  requires: [IWorkspace, ISidebar],
  activate: (app: JupyterFrontEnd, workspace: IWorkspace, sidebar: ISidebar) => {
    const shelf = endpointsOf(workspace);
    sidebar.add({
      id: 'endpoints',
      title: workspace.trans.__('Endpoints'),
      rank: 30,
      changed: shelf.changed,
      count: () => (shelf.items?.length ? String(shelf.items.length) : ''),
      body: () => (
        <EndpointsPanel
          shelf={shelf}
          workspace={workspace}
          onOpen={name => {
            if (app.commands.hasCommand(OPEN_ENDPOINT)) {
              void app.commands.execute(OPEN_ENDPOINT, { name });
            }
          }}
        />
      )
    });
  }
};
