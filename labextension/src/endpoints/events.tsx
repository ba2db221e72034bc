/** What happened to an endpoint, oldest first: its revisions, and the life of its router. */
import * as React from 'react';

import type { Endpoint, Move } from '../api/records';
import { listMoves } from '../api/runs';
import { Link } from '../ui/button';
import { clock, day, moment, person } from '../ui/format';
import { Box } from '../ui/sheet';
import { StateBadge } from '../ui/state';
import { useTrans } from '../ui/trans';
import { useLoaded } from '../ui/useLoaded';
import type { EndpointModel } from './model';
import { RevisionState, type IEndpointLinks } from './tables';

interface IHappened {
  readonly at: string;
  readonly state: React.ReactNode;
  readonly said: React.ReactNode;
  readonly who: string;
}

export function EventsTab({
  model,
  endpoint,
  links
}: {
  readonly model: EndpointModel;
  readonly endpoint: Endpoint;
  readonly links: IEndpointLinks;
}): JSX.Element {
  const trans = useTrans();
  const moves = useLoaded<readonly Move[]>(
    async () =>
      endpoint.run_id ? (await listMoves(model.workspace.settings, endpoint.run_id)).items : [],
    [endpoint.run_id, endpoint.state]
  );
  const all: IHappened[] = [
    ...endpoint.deployments.map(one => ({
      at: one.created_at,
      state: <RevisionState endpoint={endpoint} one={one} />,
      who: person(one.created_by) ?? '',
      said: (
        <>
          {trans.__('Revision %1:', one.revision)}{' '}
          <Link onClick={() => links.openModel(one.model)}>{one.model}</Link>
          {', '}
          {trans._n('%1 replica', '%1 replicas', one.instances)}
          {one.script && `, ${one.script}`}
          {one.state === 'Failed' && one.reason && (
            <span className="jp-mlws-tone-bad">{`. ${one.reason}`}</span>
          )}
        </>
      )
    })),
    ...(moves.value ?? []).map(move => ({
      at: move.at,
      state: <StateBadge state={move.to} />,
      who: trans.__('router'),
      said: move.sentence ?? plainly(move.to, trans)
    }))
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <div className="jp-mlws-scroll jp-mlws-col">
      <Box>
        <table className="jp-mlws-table jp-mod-fixed jp-mlws-happened">
          <thead>
            <tr>
              <th className="jp-mlws-col-at">{trans.__('At')}</th>
              <th className="jp-mlws-col-state">{trans.__('State')}</th>
              <th>{trans.__('What happened')}</th>
              <th className="jp-mlws-col-who">{trans.__('By')}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((one, i) => (
              <tr key={i}>
                <td title={moment(one.at)} className="jp-mlws-muted">
                  {i === 0 || day(one.at) !== day(all[i - 1].at)
                    ? `${day(one.at)}, ${clock(one.at)}`
                    : clock(one.at)}
                </td>
                <td>{one.state}</td>
                <td className="jp-mlws-wraps">{one.said}</td>
                <td className="jp-mlws-muted">{one.who}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Box>
    </div>
  );
}

/** What a state of its router means, where nothing more is known. */
function plainly(state: string, trans: ReturnType<typeof useTrans>): string {
  switch (state) {
    case 'Queued':
      return trans.__('The router waits to be started');
    case 'Preparing':
      return trans.__('The router’s files are laid out');
    case 'Starting':
      return trans.__('The router starts');
    case 'Running':
      return trans.__('The router runs');
    case 'CancelRequested':
      return trans.__('The router was asked to stop');
    default:
      return trans.__('The router has ended');
  }
}
