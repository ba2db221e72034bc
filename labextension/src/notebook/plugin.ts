/** Saves a notebook when its own kernel asks: what is submitted is then what is on the screen. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Kernel, KernelMessage } from '@jupyterlab/services';

import { isAsked } from './asked';

/** The comm by which a kernel asks; its data are `{path}`, absolute. */
export const SAVE = 'jupyter-mlws:save';

type Registry = JupyterFrontEnd['docRegistry'];
type Context = Parameters<Parameters<Registry['addWidgetExtension']>[1]['createNew']>[1];

export const savePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-mlws:save',
  description: 'Saves a notebook when its kernel asks for it, before it is submitted.',
  autoStart: true,
  activate: (app: JupyterFrontEnd) => {
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew: (_, context) => listen(context)
    });
  }
};

/** Listens on the notebook's kernel, and on those that take its place. */
function listen(context: Context): void {
  const { sessionContext } = context;
  const register = () => {
    sessionContext.session?.kernel?.registerCommTarget(SAVE, (comm, message) =>
      onAsked(context, comm, message)
    );
  };
  register();
  sessionContext.kernelChanged.connect(register);
  context.disposed.connect(() => {
    sessionContext.kernelChanged.disconnect(register);
  });
}

async function onAsked(
  context: Context,
  comm: Kernel.IComm,
  message: KernelMessage.ICommOpenMsg
): Promise<void> {
  comm.dispose();
  const writable = context.contentsModel?.writable ?? true;
  if (writable && !context.isDisposed && isAsked(context.localPath, message.content.data.path)) {
    await context.save();
  }
}
