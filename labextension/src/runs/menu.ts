/** The context menu of a run in the sidebar. Its commands are about the run that was clicked. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import {
  copyIcon,
  editIcon,
  launchIcon,
  pythonIcon,
  redoIcon,
  stopIcon,
  type LabIcon
} from '@jupyterlab/ui-components';

import type { Run } from '../api/records';
import type { IWorkspace } from '../tokens';
import { binIcon } from '../ui/icons';
import { OPEN_RUN, RUN_AGAIN } from './commands';
import type { RunsModel } from './model';
import { asPython, over, repeatable } from './sentences';

const ROW = '.jp-mlws-run[data-run]';
const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

interface IEntry {
  readonly id: string;
  readonly label: string;
  readonly icon: LabIcon;
  /** Where it is not offered. */
  readonly hidden?: (run: Run) => boolean;
  readonly execute: (run: Run) => unknown;
}

export function addRunMenu(app: JupyterFrontEnd, model: RunsModel, workspace: IWorkspace): void {
  const { trans } = workspace;
  const copy = async (text: string) => {
    await navigator.clipboard.writeText(text);
    Notification.success(trans.__('Copied'), { autoClose: 1500 });
  };
  const clicked = (): Run | undefined => {
    const node = app.contextMenuHitTest(one => one.matches(ROW));
    return node?.dataset.run ? model.run(node.dataset.run) : undefined;
  };
  const ways: readonly (IEntry | null)[] = [
    {
      id: 'open',
      label: trans.__('Open'),
      icon: launchIcon,
      execute: ({ id }) => app.commands.execute(OPEN_RUN, { id })
    },
    {
      id: 'again',
      label: trans.__('Run Again'),
      icon: redoIcon,
      hidden: run => !repeatable(run),
      execute: ({ id }) => app.commands.execute(RUN_AGAIN, { id })
    },
    {
      id: 'rename',
      label: trans.__('Rename…'),
      icon: editIcon,
      execute: ({ id }) => model.ask(id, 'rename')
    },
    {
      id: 'cancel',
      label: trans.__('Cancel…'),
      icon: stopIcon,
      hidden: run => over(run) || run.state === 'CancelRequested',
      execute: ({ id }) => model.ask(id, 'cancel')
    },
    {
      id: 'delete',
      label: trans.__('Delete…'),
      icon: binIcon,
      hidden: run => !over(run),
      execute: ({ id }) => model.ask(id, 'delete')
    },
    null,
    {
      id: 'copy-id',
      label: trans.__('Copy Id'),
      icon: copyIcon,
      execute: ({ id }) => copy(id)
    },
    {
      id: 'copy-python',
      label: trans.__('Copy as Python'),
      icon: pythonIcon,
      execute: run => copy(asPython(run))
    }
  ];
  ways.forEach((way, i) => {
    if (way === null) {
      app.contextMenu.addItem({ type: 'separator', selector: ROW, rank: i });
      return;
    }
    const command = `mlws:clicked-run-${way.id}`;
    app.commands.addCommand(command, {
      label: way.label,
      icon: way.icon,
      describedBy: NO_ARGUMENTS,
      isVisible: () => {
        const run = clicked();
        return run !== undefined && !way.hidden?.(run);
      },
      execute: () => {
        const run = clicked();
        return run && way.execute(run);
      }
    });
    app.contextMenu.addItem({ command, selector: ROW, rank: i });
  });
}
