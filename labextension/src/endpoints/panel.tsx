/** The section of endpoints: how each fares, what it serves, its load. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Endpoint } from '../api/records';
import type { Shelf } from '../api/shelf';
import type { IWorkspace } from '../tokens';
import { MidEllipsis } from '../ui/ellipsis';
import { figure } from '../ui/format';
import { ListSection } from '../ui/section';
import { Sparkline } from '../ui/sparkline';
import { StateGlyph } from '../ui/state';
import { look, word } from '../ui/states';
import { useTrans } from '../ui/trans';
import { useSignal } from '../ui/useSignal';

export interface IEndpointsPanelProps {
  readonly shelf: Shelf<Endpoint>;
  readonly workspace: IWorkspace;
  readonly onOpen: (name: string) => void;
}

export function EndpointsPanel({ shelf, workspace, onOpen }: IEndpointsPanelProps): JSX.Element {
  const trans = useTrans();
  useSignal(shelf.changed);
  useSignal(workspace.changed);
  return (
    <ListSection
      shelf={shelf}
      first={workspace.standing === 'none'}
      failed={trans.__('Endpoints did not load')}
      emptyWords={trans.__('Deploy a registered model:')}
      emptyCode="%deploy digits:1 --name digits-svc"
      onRetry={() => void shelf.refresh()}
      row={endpoint => (
        <li key={endpoint.name}>
          <button type="button" className="jp-mlws-item" onClick={() => onOpen(endpoint.name)}>
            <StateGlyph state={endpoint.state} />
            <MidEllipsis text={endpoint.name} />
            <span className="jp-mlws-muted jp-mlws-small jp-mlws-cut jp-mlws-opt">
              {endpoint.models.join(', ')}
            </span>
            <Load endpoint={endpoint} />
          </button>
        </li>
      )}
    />
  );
}

function Load({ endpoint }: { readonly endpoint: Endpoint }): JSX.Element {
  const trans = useTrans();
  if (endpoint.state !== 'Healthy') {
    return (
      <span
        className={`jp-mlws-item-end jp-mlws-tone-${look(endpoint.state).tone}`}
        title={endpoint.reason ?? undefined}
      >
        {wrong(endpoint, trans)}
      </span>
    );
  }
  const perSecond = endpoint.traffic?.per_second ?? [];
  const rate = (endpoint.traffic?.requests ?? 0) / 60;
  return (
    <span className="jp-mlws-item-end">
      {rate > 0 && <Sparkline points={fewer(perSecond, 24)} width={40} />}
      {rate > 0 ? trans.__('%1 req/s', figure(rate, 2)) : trans.__('idle')}
    </span>
  );
}

/** What is the matter, in two or three words; the whole reason is the tooltip. */
function wrong(endpoint: Endpoint, trans: TranslationBundle): string {
  const ready = endpoint.replicas.filter(replica => replica.state === 'ready').length;
  if (endpoint.state === 'Unhealthy') {
    return trans.__('%1 of %2 down', endpoint.instances - ready, endpoint.instances);
  }
  if (endpoint.state === 'Transitioning') {
    return trans.__('%1 of %2 ready', ready, endpoint.instances);
  }
  return word(endpoint.state, trans);
}

/** Every so many figures added up, so that a short line can show them. */
function fewer(figures: readonly number[], n: number): readonly number[] {
  const step = Math.ceil(figures.length / n);
  return Array.from({ length: Math.ceil(figures.length / Math.max(step, 1)) }, (_, i) =>
    figures.slice(i * step, (i + 1) * step).reduce((sum, one) => sum + one, 0)
  );
}
