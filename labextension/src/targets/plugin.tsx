/** Puts the targets into the sidebar, as compute. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import * as React from 'react';

import { ISidebar, IWorkspace } from '../tokens';
import { targetsOf } from './model';
import { TargetsPanel } from './panel';

/** The target page's command; it takes `{name}`. */
export const OPEN_TARGET = 'mlws:open-target';

export const targetsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlws:targets',
  description: 'The compute targets of the workspace.',
  autoStart: true,
  requires: [IWorkspace, ISidebar],
  activate: (app: JupyterFrontEnd, workspace: IWorkspace, sidebar: ISidebar) => {
    const shelf = targetsOf(workspace);
    sidebar.add({
      id: 'targets',
      title: workspace.trans.__('Compute'),
      rank: 40,
      changed: shelf.changed,
      count: () => (shelf.items?.length ? String(shelf.items.length) : ''),
      body: () => (
        <TargetsPanel
          shelf={shelf}
          workspace={workspace}
          onOpen={name => {
            if (app.commands.hasCommand(OPEN_TARGET)) {
              void app.commands.execute(OPEN_TARGET, { name });
            }
          }}
        />
      )
    });
  }
};
