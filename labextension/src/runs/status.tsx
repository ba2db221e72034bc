/** How many runs run and wait, in the status bar. */
import { ReactWidget } from '@jupyterlab/ui-components';
import { GroupItem, TextItem } from '@jupyterlab/statusbar';
import * as React from 'react';

import { StateGlyph } from '../ui/state';
import { TransContext, useTrans } from '../ui/trans';
import { useSignal } from '../ui/useSignal';
import type { IWorkspace } from '../tokens';
import type { RunsModel } from './model';

function RunsStatus({
  model,
  onClick
}: {
  readonly model: RunsModel;
  readonly onClick: () => void;
}): JSX.Element | null {
  const trans = useTrans();
  useSignal(model.changed);
  const { running, waiting } = model;
  if (running + waiting === 0) {
    return null;
  }
  const words = [
    running > 0 && trans.__('%1 running', running),
    waiting > 0 && trans.__('%1 waiting', waiting)
  ].filter(Boolean);
  return (
    <GroupItem spacing={4} onClick={onClick} title={trans.__('Show the runs')}>
      <StateGlyph state={running > 0 ? 'Running' : 'Queued'} />
      <TextItem source={words.join(', ')} />
    </GroupItem>
  );
}

export function runsStatus(
  model: RunsModel,
  workspace: IWorkspace,
  onClick: () => void
): ReactWidget {
  const widget = ReactWidget.create(
    <TransContext.Provider value={workspace.trans}>
      <RunsStatus model={model} onClick={onClick} />
    </TransContext.Provider>
  );
  widget.addClass('jp-mlws-status-widget');
  widget.addClass('jp-mod-highlighted');
  return widget;
}
