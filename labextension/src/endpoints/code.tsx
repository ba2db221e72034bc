/** The same request as code, with the key left out unless it is asked for. */
import * as React from 'react';

import type { Endpoint } from '../api/records';
import { sentence } from '../api/request';
import { Code, pretty, type Language } from '../ui/code';
import { CopyButton } from '../ui/copy';
import { Notice } from '../ui/notice';
import { Box } from '../ui/sheet';
import { Check, Segments } from '../ui/tabs';
import { useTrans } from '../ui/trans';
import type { EndpointModel } from './model';
import { checked, curlOf, exampleOf, keyVariable, pythonOf, sdkOf, type IRequest } from './words';

export interface ICodeProps {
  readonly model: EndpointModel;
  readonly endpoint: Endpoint;
}

const WAYS: Readonly<Record<string, readonly [Language, (request: IRequest) => string]>> = {
  curl: ['shell', curlOf],
  python: ['python', pythonOf],
  kernel: ['python', sdkOf]
};

export function RequestCode({ model, endpoint }: ICodeProps): JSX.Element {
  const trans = useTrans();
  const [way, setWay] = React.useState('python');
  const [open, setOpen] = React.useState(false);
  const [error, setError] = React.useState<unknown>(null);
  const typed = checked(requestOf(model, endpoint));
  const body = typed.fault ? '{"data": []}' : pretty(typed.value);
  const [language, write] = WAYS[way];
  const key = open ? (model.keys?.primary ?? null) : null;
  const code = write({
    endpoint: model.name,
    address: endpoint.scoring_uri ?? '',
    body,
    key,
    timeout_s: endpoint.limits.request_timeout_s
  });
  const put = (on: boolean) => {
    setOpen(on);
    setError(null);
    if (on && !model.keys) {
      model.readKeys().catch(reason => {
        setError(reason);
        setOpen(false);
      });
    }
  };
  return (
    <Box
      head={
        <>
          <span className="jp-mlws-strong">{trans.__('The same request in code')}</span>
          <Segments
            label={trans.__('Language')}
            current={way}
            onChange={setWay}
            tabs={[
              { id: 'curl', label: trans.__('curl') },
              { id: 'python', label: trans.__('Python') },
              { id: 'kernel', label: trans.__('Notebook') }
            ]}
          />
          <span className="jp-mlws-end jp-mlws-row jp-mlws-gap8">
            {way !== 'kernel' && (
              <Check label={trans.__('Put the key in')} checked={open} onChange={put} />
            )}
            <CopyButton text={code} label={trans.__('Copy the code')} />
          </span>
        </>
      }
    >
      {error !== null && <Notice tone="bad" glyph="Failed" title={sentence(error)} />}
      <pre className="jp-mlws-listing" tabIndex={0} aria-label={trans.__('Code')}>
        <Code text={code} language={language} />
      </pre>
      <div className="jp-mlws-box-foot">
        {way === 'kernel'
          ? trans.__('In a kernel of this computer the key is found by itself.')
          : key === null
            ? trans.__('The key is read from the variable %1.', keyVariable(model.name))
            : trans.__('Whoever reads this code can use the endpoint.')}
      </div>
    </Box>
  );
}

/** What was typed last, else a sample. */
export function requestOf(model: EndpointModel, endpoint: Endpoint): string {
  return model.trial.text ?? sampleOf(endpoint);
}

export function sampleOf(endpoint: Endpoint): string {
  return pretty(exampleOf(endpoint) ?? { data: [] });
}

/** A page of its own, with a word on what it takes. */
export function CodeTab(props: ICodeProps): JSX.Element {
  const trans = useTrans();
  return (
    <div className="jp-mlws-scroll jp-mlws-col">
      <RequestCode {...props} />
      <p className="jp-mlws-muted jp-mlws-small">
        {trans.__(
          'Keep the key out of notebooks and git: set %1 where the code runs.',
          keyVariable(props.model.name)
        )}
      </p>
    </div>
  );
}
