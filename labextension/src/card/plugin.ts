/** Lets notebooks draw runs. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';

import { IWorkspace } from '../tokens';
import { CardRenderer, MIME } from './renderer';

const RANK = 10; // before text/html

export const cardPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlws:card',
  description: 'The live card of a run, in the output of the cell that submitted it.',
  autoStart: true,
  requires: [IWorkspace, IRenderMimeRegistry],
  activate: (app: JupyterFrontEnd, workspace: IWorkspace, registry: IRenderMimeRegistry) => {
    registry.addFactory(
      {
        safe: true, // it draws what the server says of an id, and runs nothing from the notebook
        mimeTypes: [MIME],
        createRenderer: () => new CardRenderer(workspace, app.commands)
      },
      RANK
    );
  }
};
