/** Puts the runs into JupyterLab: sidebar, commands, status bar, notifications. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import * as React from 'react';

import { listTargets } from '../api/targets';
import { ISidebar, IWorkspace } from '../tokens';
import { count } from '../ui/format';
import {
  addRunCommands,
  CANCEL_RUN,
  DELETE_RUN,
  OPEN_RUN,
  RENAME_RUN,
  RUN_AGAIN
} from './commands';
import { addRunMenu } from './menu';
import { tellEndings } from './endings';
import { RunsModel } from './model';
import { RunsPanel } from './panel';
import { runsStatus } from './status';

const SEEN = 'jupyter-mlws:seen';
const SEEN_AT_MOST = 500;

export const runsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlws:runs',
  description: 'The runs of the workspace.',
  autoStart: true,
  requires: [IWorkspace, ISidebar],
  optional: [IStatusBar, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    workspace: IWorkspace,
    sidebar: ISidebar,
    statusBar: IStatusBar | null,
    state: IStateDB | null
  ) => {
    const seen = new Set<string>();
    void recall(state, seen);
    const model = new RunsModel({ workspace, seen });
    addRunCommands(app.commands, model, workspace);
    addRunMenu(app, model, workspace);
    tellEndings(model, workspace, app.commands);
    addSection(app, workspace, sidebar, model, () => {
      void state?.save(SEEN, { ids: [...seen].slice(-SEEN_AT_MOST) });
    });
    statusBar?.registerStatusItem('jupyter-mlws:runs', {
      item: runsStatus(model, workspace, () => sidebar.reveal('runs')),
      align: 'left',
      rank: 10,
      isActive: () => model.active.length > 0,
      activeStateChanged: model.changed
    });
  }
};

/** The state database answers only once the application is there: nothing may wait for it. */
async function recall(state: IStateDB | null, seen: Set<string>): Promise<void> {
  const kept = (await state?.fetch(SEEN)) as { ids?: string[] } | undefined;
  kept?.ids?.forEach(id => seen.add(id));
}

function addSection(
  app: JupyterFrontEnd,
  workspace: IWorkspace,
  sidebar: ISidebar,
  model: RunsModel,
  onSeen: () => void
): void {
  const { trans } = workspace;
  let targets: readonly string[] = [];
  const readTargets = async () => {
    targets = (await listTargets(workspace.settings)).items.map(target => target.name);
  };
  workspace.changed.connect(() => {
    if (workspace.standing === 'here' && targets.length === 0) {
      void readTargets().catch(() => undefined); // only a guess is missed
    }
  });
  const run = (command: string, id: string, more = {}) => {
    if (app.commands.hasCommand(command)) {
      void app.commands.execute(command, { id, ...more });
    }
  };
  app.shell.currentChanged?.connect((_, { newValue }) => {
    const id = newValue?.id.split('jp-mlws-page-mlws-open-run-')[1];
    if (id) {
      model.bring(id);
    }
  });
  sidebar.add({
    id: 'runs',
    title: trans.__('Runs'),
    rank: 10,
    grows: true,
    changed: model.changed,
    count: () => {
      const { all, found } = model.counts;
      const some = found === null ? null : trans.__('%1 of %2', count(found), count(all));
      return some ?? (all ? count(all) : '');
    },
    body: () => (
      <RunsPanel
        model={model}
        workspace={workspace}
        targets={() => targets}
        onOpen={one => {
          model.see(one.id);
          onSeen();
          run(OPEN_RUN, one.id);
        }}
        onCancel={one => run(CANCEL_RUN, one.id)}
        onDelete={one => run(DELETE_RUN, one.id)}
        onRename={(one, name) => run(RENAME_RUN, one.id, { name })}
        onAgain={one => run(RUN_AGAIN, one.id)}
      />
    )
  });
}
