/** Puts the models into JupyterLab: sidebar, page, and the form that registers. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { addIcon, ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { addPage } from '../pages';
import { ISidebar, IWorkspace } from '../tokens';
import { IconButton } from '../ui/button';
import { modelIcon } from '../ui/icons';
import { TransContext } from '../ui/trans';
import { modelsOf, VersionsModel } from './model';
import { ModelPage } from './page';
import { ModelsPanel } from './panel';
import { RegisterForm } from './register';
import type { IModelLinks } from './table';
import { split, type ModelArgs } from './words';

/** The model page's command; it takes `{name, version?}`, or a name such as `digits:3`. */
export const OPEN_MODEL = 'mlws:open-model';
/** The form's; it takes `{run?, path?, name?}` and opens at the right of the window. */
export const REGISTER_MODEL = 'mlws:register-model';

const OPEN_RUN = 'mlws:open-run';
const OPEN_ENDPOINT = 'mlws:open-endpoint';
const REGISTER_ID = 'jp-mlws-register';

export const modelsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlws:models',
  description: 'The registered models of the workspace.',
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
    const run = (command: string, args: Readonly<Record<string, string>>) => {
      if (app.commands.hasCommand(command)) {
        void app.commands.execute(command, args);
      }
    };
    const links: IModelLinks = {
      openRun: id => run(OPEN_RUN, { id }),
      openEndpoint: name => run(OPEN_ENDPOINT, { name })
    };
    addPage<ModelArgs>(app, workspace, restorer, {
      command: OPEN_MODEL,
      label: trans.__('Open Model'),
      icon: modelIcon,
      describedBy: {
        type: 'object',
        properties: {
          name: { type: 'string', description: 'The name of the model, or NAME:VERSION.' },
          version: { type: 'integer', description: 'The version that is looked at.' }
        },
        required: ['name']
      },
      key: args => split(args).name,
      open: (args, page) => {
        const { name, version } = split(args);
        page.name(name, trans.__('Model %1', name));
        const model = new VersionsModel(workspace, name, version ?? null);
        return {
          body: <ModelPage model={model} links={links} />,
          model,
          again: again => {
            const wanted = split(again).version;
            if (wanted !== undefined) {
              model.select(wanted);
            }
          }
        };
      }
    });
    addRegister(app, workspace, name => run(OPEN_MODEL, { name }));
    addSection(workspace, sidebar, {
      open: name => run(OPEN_MODEL, { name }),
      register: () => run(REGISTER_MODEL, {})
    });
  }
};

/** The form opens in the right area of the window, beside whatever asked for it. */
function addRegister(
  app: JupyterFrontEnd,
  workspace: IWorkspace,
  onDone: (label: string) => void
): void {
  const { trans, settings } = workspace;
  let open: ReactWidget | null = null;
  app.commands.addCommand(REGISTER_MODEL, {
    label: trans.__('Register Model…'),
    icon: modelIcon,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          run: { type: 'string', description: 'The id of the run that made it.' },
          path: { type: 'string', description: 'What it left: outputs/model.pkl' },
          name: { type: 'string', description: 'The name of the model.' }
        }
      }
    },
    execute: args => {
      open?.dispose();
      const form = ReactWidget.create(
        <TransContext.Provider value={trans}>
          <RegisterForm
            settings={settings}
            name={args.name as string | undefined}
            run={args.run as string | undefined}
            path={args.path as string | undefined}
            onClose={() => form.dispose()}
            onDone={version => {
              form.dispose();
              onDone(`${version.name}:${version.version}`);
            }}
          />
        </TransContext.Provider>
      );
      open = form;
      form.id = REGISTER_ID;
      form.addClass('jp-mlws');
      form.addClass('jp-mlws-form-side');
      form.title.icon = modelIcon;
      form.title.caption = trans.__('Register a model');
      app.shell.add(form, 'right', { rank: 900 });
      app.shell.activateById(form.id);
      return form;
    }
  });
}

function addSection(
  workspace: IWorkspace,
  sidebar: ISidebar,
  ways: { readonly open: (name: string) => void; readonly register: () => void }
): void {
  const shelf = modelsOf(workspace);
  const { trans } = workspace;
  sidebar.add({
    id: 'models',
    title: trans.__('Models'),
    rank: 20,
    changed: shelf.changed,
    count: () => (shelf.items?.length ? String(shelf.items.length) : ''),
    actions: () => (
      <IconButton label={trans.__('Register a model')} icon={addIcon} onClick={ways.register} />
    ),
    body: () => <ModelsPanel shelf={shelf} workspace={workspace} onOpen={ways.open} />
  });
}
