/** The right column of an endpoint: address, keys, limits, where it runs, and its end. */
import { refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Endpoint, Keys } from '../api/records';
import { sentence } from '../api/request';
import { Button, IconButton, Link } from '../ui/button';
import { ConfirmInline, ConfirmTyped } from '../ui/confirm';
import { CopyButton, CopyField, SecretField } from '../ui/copy';
import { KeyValue, Part } from '../ui/facts';
import { figure } from '../ui/format';
import { binIcon, keyIcon } from '../ui/icons';
import { Notice } from '../ui/notice';
import { useTrans } from '../ui/trans';
import type { EndpointModel } from './model';
import type { IEndpointLinks } from './tables';

export interface ISideProps {
  readonly model: EndpointModel;
  readonly endpoint: Endpoint;
  readonly links: IEndpointLinks;
  /** The question whether to delete is open. */
  readonly asks: boolean;
  readonly onAsk: (asks: boolean) => void;
  readonly onDelete: () => void;
}

export function EndpointSide(props: ISideProps): JSX.Element {
  const { model, endpoint, links } = props;
  const trans = useTrans();
  const { limits } = endpoint;
  return (
    <>
      <Part title={trans.__('Address')}>
        {endpoint.scoring_uri && (
          <>
            <CopyField text={endpoint.scoring_uri} />
            <div className="jp-mlws-small jp-mlws-muted jp-mlws-below">
              {trans.__('Reachable from this computer only.')}
            </div>
            <AddressLinks endpoint={endpoint} />
          </>
        )}
      </Part>
      <KeysPart model={model} />
      <Part title={trans.__('Limits')}>
        <KeyValue
          facts={[
            [trans.__('In flight'), trans.__('%1 a replica', limits.concurrency)],
            [trans.__('Queue'), trans.__('%1, up to %2 s', limits.queue, limits.queue_timeout_s)],
            [trans.__('Deadline'), trans.__('%1 s', figure(limits.request_timeout_s))],
            [trans.__('Body'), trans.__('up to %1 MiB', figure(limits.body_bytes / 2 ** 20))],
            [trans.__('Replicas'), endpoint.instances]
          ]}
        />
      </Part>
      <Part title={trans.__('Runs on')}>
        <KeyValue
          facts={[
            [trans.__('Target'), endpoint.target],
            [trans.__('Entry script'), endpoint.script ?? trans.__('none, served as it is')],
            [trans.__('Python'), <Python key="python" endpoint={endpoint} />],
            [
              trans.__('Run'),
              endpoint.run_id ? (
                <Link onClick={() => links.openRun(endpoint.run_id as string)}>
                  {trans.__('its router')}
                </Link>
              ) : (
                trans.__('not started yet')
              )
            ]
          ]}
        />
      </Part>
      <DeletePart {...props} />
    </>
  );
}

function Python({ endpoint }: { readonly endpoint: Endpoint }): JSX.Element {
  const trans = useTrans();
  const now = endpoint.deployments.find(one => one.revision === endpoint.revision);
  return now?.python ? (
    <span className="jp-mlws-mono jp-mlws-cut" title={now.python}>
      {now.python}
    </span>
  ) : (
    <>{trans.__('the server’s own')}</>
  );
}

/** Health is open to all; what describes the endpoint wants a key, which a link cannot carry. */
function AddressLinks({ endpoint }: { readonly endpoint: Endpoint }): JSX.Element {
  const trans = useTrans();
  const health = endpoint.scoring_uri?.replace(/\/score$/, '/healthz') ?? '';
  return (
    <div className="jp-mlws-row jp-mlws-ways jp-mlws-small">
      <a href={health} target="_blank" rel="noreferrer" title={health}>
        {trans.__('Health')}
      </a>
      {endpoint.openapi_uri && (
        <span className="jp-mlws-row" title={endpoint.openapi_uri}>
          {trans.__('OpenAPI, with a key')}
          <CopyButton
            text={endpoint.openapi_uri}
            label={trans.__('Copy the address of its OpenAPI description')}
          />
        </span>
      )}
    </div>
  );
}

/** Nothing is asked for before someone wants to see them. */
function KeysPart({ model }: { readonly model: EndpointModel }): JSX.Element {
  const trans = useTrans();
  const [error, setError] = React.useState<unknown>(null);
  const [asks, setAsks] = React.useState<keyof Keys | null>(null);
  const [said, setSaid] = React.useState('');
  const told = (what: Promise<unknown>, then = '') =>
    void what.then(
      () => {
        setError(null);
        setSaid(then);
      },
      reason => setError(reason)
    );
  const names: Readonly<Record<keyof Keys, string>> = {
    primary: trans.__('Primary'),
    secondary: trans.__('Secondary')
  };
  return (
    <Part title={trans.__('Keys')}>
      {model.keys ? (
        (['primary', 'secondary'] as const).map(which => (
          <div key={which} className="jp-mlws-key">
            {asks === which ? (
              <ConfirmInline
                question={trans.__('The old one stops at once')}
                verb={trans.__('New key')}
                onNo={() => setAsks(null)}
                onYes={() => {
                  setAsks(null);
                  told(model.renew(which), trans.__('New key. The old one stopped working'));
                }}
              />
            ) : (
              <>
                <span>{names[which]}</span>
                <SecretField text={model.keys?.[which] ?? ''} />
                <IconButton
                  label={trans.__('Make a new %1 key', names[which].toLowerCase())}
                  icon={refreshIcon}
                  onClick={() => setAsks(which)}
                />
              </>
            )}
          </div>
        ))
      ) : (
        <div className="jp-mlws-row jp-mlws-gap8">
          <Button
            label={trans.__('Get the keys')}
            icon={keyIcon}
            onClick={() => told(model.readKeys())}
          />
          <span className="jp-mlws-small jp-mlws-muted">{trans.__('two, each of them works')}</span>
        </div>
      )}
      <div className="jp-mlws-small jp-mlws-muted" role="status">
        {said}
      </div>
      {model.keys && (
        <div className="jp-mlws-small">
          <Link onClick={() => model.forgetKeys()}>
            <span className="jp-mlws-row">{trans.__('Put them away')}</span>
          </Link>
        </div>
      )}
      {error !== null && <Notice tone="bad" glyph="Failed" title={sentence(error)} />}
    </Part>
  );
}

function DeletePart({ model, endpoint, asks, onAsk, onDelete }: ISideProps): JSX.Element {
  const trans = useTrans();
  const rate = (endpoint.traffic?.requests ?? 0) / 60;
  const reach =
    rate > 0
      ? trans.__('%1 requests a second reach it.', figure(rate, 2))
      : trans.__('Nothing reached it in the last minute.');
  return (
    <Part title={trans.__('Delete')}>
      {asks ? (
        <ConfirmTyped
          question={trans.__('Delete %1? %2 Type its name:', model.name, reach)}
          verb={trans.__('Delete')}
          name={model.name}
          onNo={() => onAsk(false)}
          onYes={onDelete}
        />
      ) : (
        <div className="jp-mlws-row jp-mlws-gap8">
          <span className="jp-mlws-small jp-mlws-muted jp-mlws-grow">
            {trans.__('Frees the name and both keys.')}
          </span>
          <Button
            label={trans.__('Delete')}
            icon={binIcon}
            kind="danger"
            disabled={endpoint.state === 'Deleting'}
            onClick={() => onAsk(true)}
          />
        </div>
      )}
    </Part>
  );
}
