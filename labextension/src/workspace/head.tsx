/** The buttons at the sidebar's head. They run commands, which other parts may offer. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { homeIcon, refreshIcon, tableRowsIcon, type LabIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { IconButton } from '../ui/button';

export function sidebarHead(commands: CommandRegistry, trans: TranslationBundle): JSX.Element {
  return (
    <SidebarHead
      commands={commands}
      buttons={[
        { id: 'mlws:open-home', label: trans.__('Home'), icon: homeIcon },
        { id: 'mlws:open-runs', label: trans.__('All runs as a table'), icon: tableRowsIcon },
        { id: 'mlws:refresh', label: trans.__('Refresh'), icon: refreshIcon }
      ]}
    />
  );
}

interface IHeadButton {
  readonly id: string;
  readonly label: string;
  readonly icon: LabIcon;
}

function SidebarHead({
  commands,
  buttons
}: {
  readonly commands: CommandRegistry;
  readonly buttons: readonly IHeadButton[];
}): JSX.Element {
  const [, redraw] = React.useReducer((n: number) => n + 1, 0);
  React.useEffect(() => {
    const onChanged = (_: CommandRegistry, change: CommandRegistry.ICommandChangedArgs) => {
      if (change.type === 'added' && buttons.some(button => button.id === change.id)) {
        redraw();
      }
    };
    commands.commandChanged.connect(onChanged);
    return () => {
      commands.commandChanged.disconnect(onChanged);
    };
  }, [commands, buttons]);
  return (
    <>
      {buttons
        .filter(button => commands.hasCommand(button.id))
        .map(button => (
          <IconButton
            key={button.id}
            label={button.label}
            icon={button.icon}
            onClick={() => void commands.execute(button.id)}
          />
        ))}
    </>
  );
}
