/** What stands behind an endpoint: its revisions, and the replicas that answer now. */
import * as React from 'react';

import type { Deployment, Endpoint, Replica } from '../api/records';
import { Link } from '../ui/button';
import { Part } from '../ui/facts';
import { age, bytes, clock, day, moment, person } from '../ui/format';
import { Slots } from '../ui/meter';
import { Notice } from '../ui/notice';
import { Box } from '../ui/sheet';
import { StateBadge } from '../ui/state';
import { useTrans } from '../ui/trans';

export interface IEndpointLinks {
  readonly openModel: (label: string) => void;
  readonly openRun: (id: string, tab?: string) => void;
}

const SHOWN = 6;

export function Revisions({
  endpoint,
  links,
  now
}: {
  readonly endpoint: Endpoint;
  readonly links: IEndpointLinks;
  readonly now: number;
}): JSX.Element {
  const trans = useTrans();
  const [all, setAll] = React.useState(false);
  const { deployments } = endpoint;
  const shown = all ? deployments : deployments.slice(0, SHOWN);
  return (
    <Part title={trans.__('Revisions')} n={deployments.length}>
      <Box>
        <table className="jp-mlws-table jp-mod-fixed jp-mlws-revisions">
          <thead>
            <tr>
              <th className="jp-mlws-num jp-mlws-col-n">{trans.__('Revision')}</th>
              <th>{trans.__('Model')}</th>
              <th className="jp-mlws-col-state">{trans.__('State')}</th>
              <th className="jp-mlws-col-slots">{trans.__('Replicas')}</th>
              <th className="jp-mlws-hide-narrow">{trans.__('Entry script')}</th>
              <th className="jp-mlws-num jp-mlws-col-by">{trans.__('Made')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(one => (
              <React.Fragment key={one.revision}>
                <RevisionRow endpoint={endpoint} one={one} links={links} now={now} />
                {one.state === 'Failed' && one.reason && !endpoint.reason?.includes(one.reason) && (
                  <tr>
                    <td colSpan={6} className="jp-mlws-said">
                      <Notice
                        tone="bad"
                        title={
                          <>
                            {trans.__('Revision %1 never took a request:', one.revision)}{' '}
                            <span className="jp-mlws-why">{one.reason}</span>
                          </>
                        }
                        actions={
                          endpoint.run_id && (
                            <Link onClick={() => links.openRun(endpoint.run_id as string, 'log')}>
                              {trans.__('Open its log')}
                            </Link>
                          )
                        }
                      />
                    </td>
                  </tr>
                )}
              </React.Fragment>
            ))}
          </tbody>
        </table>
      </Box>
      {deployments.length > shown.length && (
        <div className="jp-mlws-small jp-mlws-below">
          <Link onClick={() => setAll(true)}>
            {trans.__('%1 more', deployments.length - shown.length)}
          </Link>
        </div>
      )}
    </Part>
  );
}

function RevisionRow({
  endpoint,
  one,
  links,
  now
}: {
  readonly endpoint: Endpoint;
  readonly one: Deployment;
  readonly links: IEndpointLinks;
  readonly now: number;
}): JSX.Element {
  const trans = useTrans();
  const serves = one.revision === endpoint.revision;
  const ready = endpoint.replicas.filter(r => r.revision === one.revision && r.state === 'ready');
  const old = age(one.created_at, now) === null;
  const when = old ? day(one.created_at, now) : clock(one.created_at).slice(0, 5);
  const by = person(one.created_by);
  return (
    <tr>
      <td className={`jp-mlws-num ${serves ? 'jp-mlws-strong' : ''}`}>{one.revision}</td>
      <td>
        <Link title={one.model} onClick={() => links.openModel(one.model)}>
          {one.model}
        </Link>
      </td>
      <td>
        <RevisionState endpoint={endpoint} one={one} />
      </td>
      <td>
        {ready.length || serves ? (
          <Slots
            used={ready.length}
            total={Math.max(one.instances, ready.length)}
            label={trans.__('%1 of %2 ready', ready.length, one.instances)}
          />
        ) : (
          <span className="jp-mlws-muted">0</span>
        )}
      </td>
      <td className="jp-mlws-hide-narrow jp-mlws-muted" title={one.script ?? undefined}>
        {one.script ?? trans.__('none')}
      </td>
      <td className="jp-mlws-num jp-mlws-muted" title={moment(one.created_at)}>
        {by ? trans.__('%1, by %2', when, by) : when}
      </td>
    </tr>
  );
}

/** One that served and was followed by another is replaced, whatever the store calls it. */
export function RevisionState({
  endpoint,
  one
}: {
  readonly endpoint: Endpoint;
  readonly one: Deployment;
}): JSX.Element {
  const trans = useTrans();
  if (one.revision === endpoint.revision) {
    const changes = endpoint.state === 'Transitioning';
    return <StateBadge state={changes ? one.state : endpoint.state} />;
  }
  return one.state === 'Healthy' || one.state === 'Deleting' ? (
    <span className="jp-mlws-muted">{trans.__('replaced')}</span>
  ) : (
    <StateBadge state={one.state} />
  );
}

const REPLICA_STATES: Readonly<Record<string, string>> = {
  ready: 'Running',
  starting: 'Starting',
  draining: 'Finalizing',
  down: 'Failed'
};

export function Replicas({ endpoint }: { readonly endpoint: Endpoint }): JSX.Element {
  const trans = useTrans();
  const { replicas, deployments, limits } = endpoint;
  const modelOf = (one: Replica) => deployments.find(d => d.revision === one.revision)?.model;
  return (
    <Part title={trans.__('Replicas')} n={replicas.length}>
      <Box>
        {replicas.length === 0 ? (
          <div className="jp-mlws-none">
            {endpoint.run_id
              ? trans.__('None answers now. The log says why.')
              : trans.__('None has started yet.')}
          </div>
        ) : (
          <table className="jp-mlws-table jp-mod-fixed jp-mlws-replicas">
            <thead>
              <tr>
                <th className="jp-mlws-num jp-mlws-col-n">{trans.__('Replica')}</th>
                <th>{trans.__('Model')}</th>
                <th className="jp-mlws-col-state">{trans.__('State')}</th>
                <th className="jp-mlws-num">{trans.__('Memory')}</th>
                <th className="jp-mlws-num">{trans.__('In flight')}</th>
                <th className="jp-mlws-num">{trans.__('Restarts')}</th>
              </tr>
            </thead>
            <tbody>
              {replicas.map(one => (
                <tr key={`${one.revision}-${one.n}`}>
                  <td className="jp-mlws-num" title={pid(one)}>
                    {one.n}
                  </td>
                  <td title={modelOf(one)}>{modelOf(one)}</td>
                  <td>
                    <ReplicaState state={one.state} />
                  </td>
                  <td className="jp-mlws-num">
                    {one.memory_bytes !== null && bytes(one.memory_bytes)}
                  </td>
                  <td className="jp-mlws-num">
                    {trans.__('%1 of %2', one.in_flight, limits.concurrency)}
                  </td>
                  <td
                    className={`jp-mlws-num ${one.restarts ? 'jp-mlws-tone-warn' : 'jp-mlws-muted'}`}
                  >
                    {one.restarts}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Box>
    </Part>
  );
}

function ReplicaState({ state }: { readonly state: string }): JSX.Element {
  const known = REPLICA_STATES[state];
  return <StateBadge state={known ?? state} />;
}

function pid({ pid }: Replica): string | undefined {
  return pid === null ? undefined : `pid ${pid}`;
}
