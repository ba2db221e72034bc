/** Puts the workspace and its sidebar into JupyterLab. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { refreshIcon } from '@jupyterlab/ui-components';

import { ISidebar, IWorkspace, type IPreferences } from '../tokens';
import { DOMAIN } from '../ui/trans';
import { mlwsIcon } from '../ui/icons';
import { sidebarHead } from './head';
import { DEFAULTS, Workspace } from './model';
import { Sections, Sidebar } from './sidebar';

const SETTINGS = 'jupyter-mlws:plugin';
const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

export const workspacePlugin: JupyterFrontEndPlugin<IWorkspace> = {
  id: SETTINGS,
  description: 'The machine learning workspace of this server, and its settings.',
  autoStart: true,
  provides: IWorkspace,
  optional: [ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ): IWorkspace => {
    const workspace = new Workspace({
      settings: app.serviceManager.serverSettings,
      events: app.serviceManager.events,
      trans: (translator ?? nullTranslator).load(DOMAIN)
    });
    void registry
      ?.load(SETTINGS)
      .then(settings => {
        const take = () => {
          workspace.preferences = preferences(settings);
        };
        take();
        settings.changed.connect(take);
      })
      .catch(reason => console.warn('The settings of jupyter-mlws did not load:', reason));
    void app.started.then(() => workspace.start());
    return workspace;
  }
};

export const sidebarPlugin: JupyterFrontEndPlugin<ISidebar> = {
  id: 'jupyter-mlws:sidebar',
  description: 'The sidebar of the workspace.',
  autoStart: true,
  provides: ISidebar,
  requires: [IWorkspace],
  optional: [ILayoutRestorer, IStateDB, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    workspace: IWorkspace,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null,
    palette: ICommandPalette | null
  ): ISidebar => {
    const { trans } = workspace;
    const sections = new Sections(state);
    const head = sidebarHead(app.commands, trans);
    const sidebar = new Sidebar({ workspace, sections, head }, id => app.shell.activateById(id));
    app.shell.add(sidebar, 'left', { rank: 510, type: 'Machine Learning Workspace' });
    restorer?.add(sidebar, sidebar.id);
    app.commands.addCommand('mlws:show-sidebar', {
      label: trans.__('Show the Machine Learning Workspace'),
      icon: mlwsIcon,
      describedBy: NO_ARGUMENTS,
      execute: () => app.shell.activateById(sidebar.id)
    });
    app.commands.addCommand('mlws:refresh', {
      label: trans.__('Refresh the Machine Learning Workspace'),
      icon: refreshIcon,
      describedBy: NO_ARGUMENTS,
      execute: () => workspace.refresh()
    });
    for (const command of ['mlws:show-sidebar', 'mlws:register-model', 'mlws:refresh']) {
      palette?.addItem({ command, category: trans.__('Machine Learning') });
    }
    return sidebar;
  }
};

function preferences(settings: ISettingRegistry.ISettings): IPreferences {
  const said = settings.composite;
  return {
    notify: (said.notifications as boolean | undefined) ?? DEFAULTS.notify,
    notifyAfter_s: (said.notifyAfterSeconds as number | undefined) ?? DEFAULTS.notifyAfter_s,
    keyMetrics: (said.keyMetrics as string[] | undefined) ?? DEFAULTS.keyMetrics,
    refresh_s: (said.refreshSeconds as number | undefined) ?? DEFAULTS.refresh_s
  };
}
