/** Puts the endpoints into JupyterLab: sidebar and page. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import * as React from 'react';

import { addPage } from '../pages';
import { ISidebar, IWorkspace } from '../tokens';
import { endpointIcon } from '../ui/icons';
import { EndpointModel, endpointsOf, type ITrial } from './model';
import { EndpointPage } from './page';
import { EndpointsPanel } from './panel';
import type { IEndpointLinks } from './tables';

/** The endpoint page's command; it takes `{name, tab?}`. */
export const OPEN_ENDPOINT = 'mlws:open-endpoint';

const OPEN_MODEL = 'mlws:open-model';
const OPEN_RUN = 'mlws:open-run';

type EndpointArgs = { readonly name: string; readonly tab?: string };

export const endpointsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlws:endpoints',
  description: 'The endpoints of the workspace.',
  autoStart: true,
  requires: [IWorkspace, ISidebar],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    workspace: IWorkspace,
    sidebar: ISidebar,
    restorer: ILayoutRestorer | null
  ) => {
    const { trans } = workspace;
    const trials = new Map<string, ITrial>();
    const run = (command: string, args: Readonly<Record<string, string>>) => {
      if (app.commands.hasCommand(command)) {
        void app.commands.execute(command, args);
      }
    };
    const links: IEndpointLinks = {
      openModel: name => run(OPEN_MODEL, { name }),
      openRun: (id, tab) => run(OPEN_RUN, tab ? { id, tab } : { id })
    };
    addPage<EndpointArgs>(app, workspace, restorer, {
      command: OPEN_ENDPOINT,
      label: trans.__('Open Endpoint'),
      icon: endpointIcon,
      describedBy: {
        type: 'object',
        properties: {
          name: { type: 'string', description: 'The name of the endpoint.' },
          tab: { type: 'string', description: 'The tab to show.' }
        },
        required: ['name']
      },
      key: args => args.name,
      open: ({ name, tab }, page) => {
        const trial = trials.get(name) ?? { text: null, tried: [] };
        trials.set(name, trial);
        page.name(name, trans.__('Endpoint %1', name));
        const model = new EndpointModel(workspace, name, trial, tab);
        return {
          body: <EndpointPage model={model} links={links} />,
          model,
          again: again => model.show(again.tab)
        };
      }
    });
    const shelf = endpointsOf(workspace);
    sidebar.add({
      id: 'endpoints',
      title: trans.__('Endpoints'),
      rank: 30,
      changed: shelf.changed,
      count: () => (shelf.items?.length ? String(shelf.items.length) : ''),
      body: () => (
        <EndpointsPanel
          shelf={shelf}
          workspace={workspace}
          onOpen={name => run(OPEN_ENDPOINT, { name })}
        />
      )
    });
  }
};
