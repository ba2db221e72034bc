/** Tells of runs that ended, unless they were short and went well. */
import { Notification } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';

import type { Run } from '../api/records';
import type { IWorkspace } from '../tokens';
import { OPEN_RUN, RUN_AGAIN } from './commands';
import type { RunsModel } from './model';
import { ending, title, took } from './sentences';

const STAYS_MS = 10_000;

export function tellEndings(
  model: RunsModel,
  workspace: IWorkspace,
  commands: CommandRegistry
): void {
  model.ended.connect((_, run) => {
    if (worthTelling(run, workspace)) {
      tell(run, workspace, commands);
    }
  });
}

export function worthTelling(run: Run, { preferences }: IWorkspace): boolean {
  if (!preferences.notify || run.kind === 'service' || run.state === 'Canceled') {
    return false;
  }
  const time = took(run, Date.now()) ?? 0;
  return run.state === 'Failed' || time >= preferences.notifyAfter_s;
}

function tell(run: Run, { trans }: IWorkspace, commands: CommandRegistry): void {
  const what = `${title(run)} ${ending(run, Date.now(), trans)}`;
  const open = (tab: string) => () => void commands.execute(OPEN_RUN, { id: run.id, tab });
  if (run.state === 'Failed') {
    Notification.error(run.reason ? `${what}: ${run.reason}` : what, {
      autoClose: false,
      actions: [
        { label: trans.__('Open log'), callback: open('log') },
        {
          label: trans.__('Run again'),
          callback: () => void commands.execute(RUN_AGAIN, { id: run.id })
        }
      ]
    });
    return;
  }
  Notification.success(what, {
    autoClose: STAYS_MS,
    actions: [{ label: trans.__('Open'), callback: open('overview') }]
  });
}
