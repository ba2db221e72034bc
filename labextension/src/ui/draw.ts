/** JupyterLab's own renderers, for files that nobody trusts: they clean all that could run. */
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import type { Draw } from './rendered';

/** What is returned takes the drawing away. */
export function drawBy(registry: IRenderMimeRegistry): Draw {
  return (kind, text, host) => {
    const drawn = registry.createRenderer(kind);
    if (host.isConnected) {
      Widget.attach(drawn, host); // formulas are set once it is attached
    }
    void drawn.renderModel({
      data: { [kind]: text },
      metadata: {},
      trusted: false,
      setData: () => undefined
    });
    return () => {
      if (drawn.isAttached && !drawn.node.isConnected) {
        MessageLoop.sendMessage(drawn, Widget.Msg.AfterDetach); // its host went first
      }
      drawn.dispose();
    };
  };
}
