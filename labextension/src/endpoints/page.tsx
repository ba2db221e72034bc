/** The page of an endpoint: head, tabs, and the tab that is open. */
import { runIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Endpoint } from '../api/records';
import { sentence } from '../api/request';
import { Button, Link } from '../ui/button';
import { Snippet } from '../ui/copy';
import { Part } from '../ui/facts';
import { age, day, moment } from '../ui/format';
import { binIcon, modelIcon } from '../ui/icons';
import { EmptyState, ErrorState, Notice, Skeleton } from '../ui/notice';
import { Columns, Sheet, SheetHead } from '../ui/sheet';
import { StateBadge } from '../ui/state';
import { look, word } from '../ui/states';
import { Tabs } from '../ui/tabs';
import { useTrans } from '../ui/trans';
import { useNow, useSignal } from '../ui/useSignal';
import { useRounds, useVisible } from '../ui/useVisible';
import { CodeTab } from './code';
import { EventsTab } from './events';
import { LoadTiles } from './load';
import { LastLines, LogTab } from './log';
import { isMissing, type EndpointModel } from './model';
import { EndpointSide } from './side';
import { Replicas, Revisions, type IEndpointLinks } from './tables';
import { TestTab } from './test';
import { UpdateForm } from './update';

const ROUND_MS = 2000;
const LAST_LINES = 5;

export interface IEndpointPageProps {
  readonly model: EndpointModel;
  readonly links: IEndpointLinks;
}

export function EndpointPage({ model, links }: IEndpointPageProps): JSX.Element {
  const trans = useTrans();
  const [frame, seen] = useVisible<HTMLDivElement>();
  useSignal(model.changed);
  useRounds(() => model.refresh(), ROUND_MS, seen && !model.gone);
  const { endpoint } = model;
  const said = endpoint ? `${model.name}: ${word(endpoint.state, trans)}` : '';
  return (
    <Sheet label={trans.__('Endpoint %1', model.name)} said={said} frame={frame}>
      {endpoint && !model.gone ? (
        <There model={model} endpoint={endpoint} links={links} />
      ) : (
        <NotThere model={model} />
      )}
    </Sheet>
  );
}

function There({
  model,
  endpoint,
  links
}: IEndpointPageProps & { readonly endpoint: Endpoint }): JSX.Element {
  const trans = useTrans();
  const [updates, setUpdates] = React.useState(false);
  const [asks, setAsks] = React.useState(false);
  const [error, setError] = React.useState<unknown>(null);
  const now = useNow(60_000);
  const remove = () => {
    setAsks(false);
    model.remove().then(() => model.refresh(), setError);
  };
  const props = { model, endpoint, links };
  return (
    <>
      <Head
        {...props}
        now={now}
        onUpdate={() => {
          model.show('overview');
          setUpdates(true);
        }}
        onDelete={() => {
          model.show('overview');
          setUpdates(false);
          setAsks(true);
        }}
      />
      <Tabs
        label={trans.__('Parts of the endpoint')}
        current={model.tab}
        onChange={tab => model.show(tab)}
        tabs={[
          { id: 'overview', label: trans.__('Overview') },
          { id: 'test', label: trans.__('Test') },
          { id: 'code', label: trans.__('Code') },
          { id: 'log', label: trans.__('Log') },
          { id: 'events', label: trans.__('Events') }
        ]}
      />
      {error !== null && <Notice tone="bad" glyph="Failed" title={sentence(error)} />}
      {model.tab === 'overview' && (
        <Columns
          sideLabel={trans.__('Address, keys and limits')}
          side={
            updates ? (
              <UpdateForm model={model} endpoint={endpoint} onClose={() => setUpdates(false)} />
            ) : (
              <EndpointSide {...props} asks={asks} onAsk={setAsks} onDelete={remove} />
            )
          }
        >
          <Overview {...props} now={now} />
        </Columns>
      )}
      {model.tab === 'test' && <TestTab {...props} />}
      {model.tab === 'code' && <CodeTab {...props} />}
      {model.tab === 'log' && <LogTab {...props} />}
      {model.tab === 'events' && <EventsTab {...props} />}
    </>
  );
}

function Head({
  model,
  endpoint,
  links,
  now,
  onUpdate,
  onDelete
}: IEndpointPageProps & {
  readonly endpoint: Endpoint;
  readonly now: number;
  readonly onUpdate: () => void;
  readonly onDelete: () => void;
}): JSX.Element {
  const trans = useTrans();
  const ready = endpoint.replicas.filter(one => one.state === 'ready').length;
  const since = sinceWhen(endpoint.created_at, now, trans);
  const failed = endpoint.state === 'Failed';
  const changing = endpoint.state === 'Transitioning' || endpoint.state === 'Deleting';
  return (
    <SheetHead
      mark={<StateBadge state={endpoint.state} />}
      name={model.name}
      actions={
        <>
          {model.tab !== 'test' && (
            <Button
              label={trans.__('Test')}
              icon={runIcon}
              kind={failed ? 'plain' : 'primary'}
              onClick={() => model.show('test')}
            />
          )}
          <Button
            label={trans.__('Update model')}
            icon={modelIcon}
            kind={failed ? 'primary' : 'plain'}
            disabled={changing}
            title={changing ? trans.__('Available when it has settled') : undefined}
            onClick={onUpdate}
          />
          <Button
            label={trans.__('Delete')}
            icon={binIcon}
            disabled={endpoint.state === 'Deleting'}
            onClick={onDelete}
          />
        </>
      }
      facts={[
        [
          trans.__('serves'),
          <React.Fragment key="serves">
            {endpoint.models.map(label => (
              <Link key={label} onClick={() => links.openModel(label)}>
                {label}
              </Link>
            ))}
          </React.Fragment>
        ],
        [trans.__('on'), endpoint.target],
        [
          trans.__('since'),
          <span key="since" title={moment(endpoint.created_at)}>
            {since}
          </span>
        ],
        [trans.__('revision'), endpoint.revision],
        [trans.__('replicas'), trans.__('%1 of %2 ready', ready, endpoint.instances)]
      ]}
    />
  );
}

function sinceWhen(at: string, now: number, trans: ReturnType<typeof useTrans>): string {
  if (now - Date.parse(at) < 60_000) {
    return trans.__('just now');
  }
  const words = age(at, now);
  return words === null ? day(at, now) : trans.__('%1 ago', words);
}

function Overview({
  model,
  endpoint,
  links,
  now
}: IEndpointPageProps & { readonly endpoint: Endpoint; readonly now: number }): JSX.Element {
  const trans = useTrans();
  const { run_id: run } = endpoint;
  return (
    <>
      {endpoint.reason && (
        <div className="jp-mlws-part">
          <Notice
            tone={
              endpoint.state === 'Failed'
                ? 'bad'
                : look(endpoint.state).tone === 'good'
                  ? 'warn'
                  : look(endpoint.state).tone
            }
            glyph={endpoint.state === 'Healthy' ? 'NotResponding' : endpoint.state}
            title={endpoint.reason}
            actions={<Button label={trans.__('Open the log')} onClick={() => model.show('log')} />}
          />
        </div>
      )}
      <Part title={trans.__('Load')} n={trans.__('updates every 2 s')}>
        <LoadTiles traffic={endpoint.traffic} loads={model.loads} />
      </Part>
      <Revisions endpoint={endpoint} links={links} now={now} />
      <Replicas endpoint={endpoint} />
      <Part
        title={trans.__('Log')}
        n={
          <>
            {trans.__('last lines')}&ensp;
            <Link onClick={() => model.show('log')}>{trans.__('open')}</Link>
          </>
        }
      >
        <LastLines model={model} run={run} n={LAST_LINES} />
      </Part>
    </>
  );
}

/** It is still read, it is not there, it was deleted, or it did not load. */
function NotThere({ model }: { readonly model: EndpointModel }): JSX.Element {
  const trans = useTrans();
  const { error } = model;
  if (isMissing(error)) {
    return (
      <EmptyState
        title={
          model.gone
            ? trans.__('%1 was deleted', model.name)
            : trans.__('There is no endpoint %1', model.name)
        }
      >
        <p>{trans.__('Its name is free. Deploy a registered model:')}</p>
        <Snippet code={`%deploy digits:1 --name ${model.name}`} />
      </EmptyState>
    );
  }
  if (error) {
    return (
      <ErrorState
        title={trans.__('The endpoint did not load')}
        error={error}
        onRetry={() => void model.refresh()}
      />
    );
  }
  return <Skeleton rows={8} height={28} />;
}
