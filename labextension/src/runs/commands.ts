/** The commands of runs. Other parts reach runs by these, and by nothing else. */
import { Notification } from '@jupyterlab/apputils';
import { copyIcon, editIcon, redoIcon, stopIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';

import { deleteRun, patchRun } from '../api/runs';
import { sentence } from '../api/request';
import type { IWorkspace } from '../tokens';
import { binIcon } from '../ui/icons';
import type { RunsModel } from './model';
import { over, title } from './sentences';

/** `mlws:open-run` is the run page's; it takes `{id, tab?}`. */
export const OPEN_RUN = 'mlws:open-run';
export const CANCEL_RUN = 'mlws:cancel-run';
export const RUN_AGAIN = 'mlws:run-again';
export const DELETE_RUN = 'mlws:delete-run';
export const COPY_RUN = 'mlws:copy-run';
export const RENAME_RUN = 'mlws:rename-run';

const OF_A_RUN = {
  args: {
    type: 'object',
    properties: { id: { type: 'string', description: 'The id of the run.' } },
    required: ['id']
  }
} as const;

interface IRunArgs {
  readonly id: string;
}

export function addRunCommands(
  commands: CommandRegistry,
  model: RunsModel,
  workspace: IWorkspace
): void {
  const { trans, settings } = workspace;
  const told = async (what: () => Promise<void>) => {
    try {
      await what();
    } catch (error) {
      Notification.error(sentence(error));
    }
  };
  commands.addCommand(CANCEL_RUN, {
    label: trans.__('Cancel Run'),
    icon: stopIcon,
    describedBy: OF_A_RUN,
    isEnabled: args => {
      const run = model.run(String(args.id));
      return !run || !over(run);
    },
    execute: args => told(() => model.cancel((args as unknown as IRunArgs).id))
  });
  commands.addCommand(RUN_AGAIN, {
    label: trans.__('Run Again'),
    icon: redoIcon,
    describedBy: OF_A_RUN,
    execute: args =>
      told(async () => {
        const run = await model.again((args as unknown as IRunArgs).id);
        Notification.info(trans.__('%1 was submitted', title(run)), { autoClose: 4000 });
      })
  });
  commands.addCommand(DELETE_RUN, {
    label: trans.__('Delete Run'),
    icon: binIcon,
    describedBy: OF_A_RUN,
    execute: args =>
      told(async () => {
        await deleteRun(settings, (args as unknown as IRunArgs).id);
        await model.refresh();
      })
  });
  commands.addCommand(RENAME_RUN, {
    label: trans.__('Rename Run'),
    icon: editIcon,
    describedBy: {
      args: {
        type: 'object',
        properties: { id: { type: 'string' }, name: { type: 'string' } },
        required: ['id', 'name']
      }
    },
    execute: args =>
      told(async () => {
        await patchRun(settings, String(args.id), { name: String(args.name) });
        await model.refresh();
      })
  });
  commands.addCommand(COPY_RUN, {
    label: trans.__('Copy Run Id'),
    icon: copyIcon,
    describedBy: OF_A_RUN,
    execute: args => told(() => navigator.clipboard.writeText((args as unknown as IRunArgs).id))
  });
}
