/** The section of models: name, newest version, its key figure. */
import * as React from 'react';

import type { Model } from '../api/records';
import type { Shelf } from '../api/shelf';
import type { IWorkspace } from '../tokens';
import { Icon } from '../ui/button';
import { MidEllipsis } from '../ui/ellipsis';
import { age, day, figure } from '../ui/format';
import { Chip } from '../ui/facts';
import { modelIcon } from '../ui/icons';
import { ListSection } from '../ui/section';
import { useTrans } from '../ui/trans';
import { useNow, useSignal } from '../ui/useSignal';
import { keyMetric } from './words';

export interface IModelsPanelProps {
  readonly shelf: Shelf<Model>;
  readonly workspace: IWorkspace;
  readonly onOpen: (name: string) => void;
}

export function ModelsPanel({ shelf, workspace, onOpen }: IModelsPanelProps): JSX.Element {
  const trans = useTrans();
  const now = useNow(60_000);
  useSignal(shelf.changed);
  useSignal(workspace.changed);
  return (
    <ListSection
      shelf={shelf}
      first={workspace.standing === 'none'}
      failed={trans.__('Models did not load')}
      emptyWords={trans.__('Register one from a run’s outputs:')}
      emptyCode="%register digits --run RUN"
      onRetry={() => void shelf.refresh()}
      row={model => (
        <li key={model.name}>
          <button type="button" className="jp-mlws-item" onClick={() => onOpen(model.name)}>
            <Icon icon={modelIcon} />
            <MidEllipsis text={model.name} />
            {model.latest && <Chip>{model.latest.version}</Chip>}
            <span className="jp-mlws-item-end">
              {told(model, workspace.preferences.keyMetrics, now)}
            </span>
          </button>
        </li>
      )}
    />
  );
}

/** The figure of its newest version, or else when that was registered. */
function told(model: Model, keyMetrics: readonly string[], now: number): string {
  const latest = model.latest;
  if (!latest) {
    return '';
  }
  const name = keyMetric([latest], keyMetrics);
  if (name) {
    return figure(latest.metrics[name], 3);
  }
  return age(latest.created_at, now) ?? day(latest.created_at, now);
}
