/** Opens the pages of runs. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import * as React from 'react';

import { addPage } from '../../pages';
import { IWorkspace } from '../../tokens';
import { drawBy } from '../../ui/draw';
import { mlwsIcon } from '../../ui/icons';
import { DrawContext } from '../../ui/rendered';
import { OPEN_RUN } from '../commands';
import { title } from '../sentences';
import { RunPageModel } from './model';
import type { IRunLinks } from './tab';

const RunPage = React.lazy(async () => ({ default: (await import('./page')).RunPage }));

type RunPageArgs = { readonly id: string; readonly tab?: string };

export const runPagePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlws:run-page',
  description: 'The page of a run.',
  autoStart: true,
  requires: [IWorkspace],
  optional: [ILayoutRestorer, IRenderMimeRegistry],
  activate: (
    app: JupyterFrontEnd,
    workspace: IWorkspace,
    restorer: ILayoutRestorer | null,
    rendermime: IRenderMimeRegistry | null
  ) => {
    const draw = rendermime && drawBy(rendermime);
    addPage<RunPageArgs>(app, workspace, restorer, {
      command: OPEN_RUN,
      label: workspace.trans.__('Open Run'),
      icon: mlwsIcon,
      key: args => args.id,
      describedBy: {
        type: 'object',
        properties: {
          id: { type: 'string', description: 'The id or label of the run.' },
          tab: { type: 'string', description: 'The tab to show.' }
        },
        required: ['id']
      },
      open: (args, page) => {
        const model = new RunPageModel(workspace, args.id, args.tab);
        model.changed.connect(() => {
          if (model.run) {
            page.name(title(model.run), model.run.id);
          }
        });
        return {
          model,
          body: (
            <React.Suspense fallback={null}>
              <DrawContext.Provider value={draw}>
                <RunPage model={model} links={linksOf(app)} />
              </DrawContext.Provider>
            </React.Suspense>
          ),
          again: said => model.show(said.tab)
        };
      }
    });
  }
};

/** Ways out, as far as other parts offer them. */
function linksOf(app: JupyterFrontEnd): IRunLinks {
  const { commands } = app;
  const way = <A extends unknown[]>(id: string, args: (...said: A) => Record<string, unknown>) =>
    commands.hasCommand(id)
      ? (...said: A) => void commands.execute(id, args(...said) as never)
      : null;
  return {
    openRun: id => void commands.execute(OPEN_RUN, { id }),
    get openTarget() {
      return way('mlws:open-target', (name: string) => ({ name }));
    },
    get openModel() {
      return way('mlws:open-model', (label: string) => ({
        name: label.split(':')[0],
        version: Number(label.split(':')[1])
      }));
    },
    get openNotebook() {
      return way('docmanager:open', (path: string) => ({ path }));
    },
    get register() {
      return way('mlws:register-model', (run: string, path?: string) => ({ run, path }));
    }
  };
}
