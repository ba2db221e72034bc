/** Try an endpoint: a request, what came back, and the last twenty. */
import { runIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Endpoint } from '../api/records';
import { Button } from '../ui/button';
import { Code, pretty } from '../ui/code';
import { CopyButton } from '../ui/copy';
import { bytes, clock, count, figure } from '../ui/format';
import { Box } from '../ui/sheet';
import { StateGlyph } from '../ui/state';
import { useTrans } from '../ui/trans';
import { RequestCode, requestOf, sampleOf } from './code';
import type { IFault } from './fault';
import type { EndpointModel, ITried } from './model';
import { checked, exampleOf, messageOf, shapeOf, type IChecked } from './words';

export interface ITestProps {
  readonly model: EndpointModel;
  readonly endpoint: Endpoint;
}

export function TestTab({ model, endpoint }: ITestProps): JSX.Element {
  const [picked, setPicked] = React.useState<number | null>(null);
  const { tried } = model.trial;
  const shown = tried.find(one => one.at === picked) ?? tried[0] ?? null;
  return (
    <div className="jp-mlws-scroll jp-mlws-col">
      <div className="jp-mlws-trial">
        <Request model={model} endpoint={endpoint} onSent={() => setPicked(null)} />
        <Response tried={tried} shown={shown} onPick={setPicked} />
      </div>
      <RequestCode model={model} endpoint={endpoint} />
    </div>
  );
}

function Request({
  model,
  endpoint,
  onSent
}: ITestProps & { readonly onSent: () => void }): JSX.Element {
  const trans = useTrans();
  const text = requestOf(model, endpoint);
  const read = checked(text);
  const example = exampleOf(endpoint);
  const send = () => {
    if (!read.fault && !model.sending) {
      onSent();
      void model.send(text, read.value);
    }
  };
  return (
    <Box
      className="jp-mlws-trial-box"
      head={
        <>
          <span className="jp-mlws-strong">{trans.__('Request')}</span>
          <span className="jp-mlws-muted">{trans.__('JSON')}</span>
          <span className="jp-mlws-end">
            <Button
              label={trans.__('Use sample')}
              kind="quiet"
              disabled={example === null}
              title={
                example === null
                  ? trans.__('No sample was stored with the model')
                  : endpoint.sample === null
                    ? trans.__('Start again from a row of zeros, as long as the model wants it')
                    : trans.__('Start again from the sample stored with the model')
              }
              onClick={() => model.type(sampleOf(endpoint))}
            />
          </span>
        </>
      }
    >
      <JsonField
        text={text}
        label={trans.__('The request, as JSON')}
        invalid={read.fault !== null}
        onChange={typed => model.type(typed)}
        onSend={send}
      />
      <div className="jp-mlws-box-foot">
        <Button
          label={model.sending ? trans.__('Sending…') : trans.__('Send')}
          icon={runIcon}
          kind="primary"
          disabled={read.fault !== null || model.sending}
          onClick={send}
        />
        <kbd className="jp-mlws-hide-narrow">{trans.__('Ctrl Enter')}</kbd>
        <Verdict read={read} example={example} />
      </div>
    </Box>
  );
}

/** Colors lie below the text that is typed; both have one font, so letters lie on letters. */
function JsonField({
  text,
  label,
  invalid,
  onChange,
  onSend
}: {
  readonly text: string;
  readonly label: string;
  readonly invalid: boolean;
  readonly onChange: (text: string) => void;
  readonly onSend: () => void;
}): JSX.Element {
  return (
    <div className="jp-mlws-json">
      <div>
        <pre className="jp-mlws-listing" aria-hidden="true">
          <Code text={`${text}\n`} language="json" />
        </pre>
        <textarea
          className="jp-mlws-listing"
          wrap="off"
          value={text}
          aria-label={label}
          aria-invalid={invalid}
          spellCheck={false}
          autoComplete="off"
          onChange={event => onChange(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              event.stopPropagation();
              onSend();
            }
          }}
        />
      </div>
    </div>
  );
}

/** Whether it is JSON, and whether it is what the model takes. */
function Verdict({
  read,
  example
}: {
  readonly read: IChecked;
  readonly example: unknown;
}): JSX.Element {
  const trans = useTrans();
  const shape = shapeOf(read.value);
  const wanted = shapeOf(example);
  let tone = '';
  let said = trans.__('valid JSON');
  if (read.fault) {
    tone = 'jp-mlws-tone-bad';
    said = faultWords(read.fault, trans);
  } else if (shape) {
    const rows = trans._n('%1 row', '%1 rows', shape.rows);
    said = shape.columns === null ? rows : trans.__('%1 of %2 numbers', rows, shape.columns);
    if (wanted && wanted.field !== shape.field) {
      tone = 'jp-mlws-tone-warn';
      said = trans.__('the model’s field is named %1', wanted.field);
    } else if (wanted?.columns && shape.columns !== wanted.columns && shape.rows > 0) {
      tone = 'jp-mlws-tone-warn';
      said = trans.__('%1; the model takes %2', said, wanted.columns);
    } else if (wanted?.columns && shape.rows > 0) {
      said = trans.__('%1, as the model takes it', said);
    }
  }
  return (
    <span className={`jp-mlws-end jp-mlws-cut ${tone}`} role="status" title={said}>
      {said}
    </span>
  );
}

function faultWords(fault: IFault, trans: ReturnType<typeof useTrans>): string {
  const { line, column, found, wanted } = fault;
  const words: Readonly<Record<IFault['wanted'], string>> = {
    'a value': trans.__('a value'),
    'a name': trans.__('a name in quotes'),
    'a colon': trans.__('a colon'),
    'a comma': trans.__('a comma or the end of the list'),
    'nothing more': trans.__('nothing more')
  };
  return found
    ? trans.__('Line %1, column %2: %3 is wanted, not %4', line, column, words[wanted], found)
    : trans.__('Line %1: it ends where %2 is wanted', line, words[wanted]);
}

function Response({
  tried,
  shown,
  onPick
}: {
  readonly tried: readonly ITried[];
  readonly shown: ITried | null;
  readonly onPick: (at: number) => void;
}): JSX.Element {
  const trans = useTrans();
  const text = shown ? bodyOf(shown) : '';
  return (
    <Box
      className="jp-mlws-trial-box"
      head={
        <>
          <span className="jp-mlws-strong">{trans.__('Response')}</span>
          {shown && (
            <>
              <Status tried={shown} />
              <span className="jp-mlws-muted jp-mlws-cut">{measures(shown, text, trans)}</span>
              <span className="jp-mlws-end">
                <CopyButton text={text} label={trans.__('Copy the response')} />
              </span>
            </>
          )}
        </>
      }
    >
      <pre
        className="jp-mlws-listing jp-mlws-response"
        tabIndex={0}
        aria-live="polite"
        aria-label={trans.__('The response')}
      >
        {shown ? (
          <Code text={text} language="json" />
        ) : (
          <span className="jp-mlws-muted">{trans.__('Nothing was sent yet')}</span>
        )}
      </pre>
      {tried.length > 0 && (
        <div className="jp-mlws-history">
          <table className="jp-mlws-table jp-mod-fixed" aria-label={trans.__('The last requests')}>
            <tbody>
              {tried.map(one => (
                <tr
                  key={one.at}
                  className="jp-mod-pick"
                  aria-selected={one === shown}
                  tabIndex={0}
                  onClick={() => onPick(one.at)}
                  onKeyDown={event => {
                    if (event.key === 'Enter' || event.key === ' ') {
                      event.preventDefault();
                      onPick(one.at);
                    }
                  }}
                >
                  <td className="jp-mlws-muted jp-mlws-col-at">{clock(one.at)}</td>
                  <td className="jp-mlws-col-status">
                    <Status tried={one} />
                  </td>
                  <td className="jp-mlws-num jp-mlws-col-ms">{took(one)}</td>
                  <td title={summary(one, trans)}>{summary(one, trans)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Box>
  );
}

function Status({ tried }: { readonly tried: ITried }): JSX.Element {
  const trans = useTrans();
  const good = tried.answer !== null && tried.answer.status < 400;
  return (
    <span className={`jp-mlws-row jp-mlws-answered jp-mlws-tone-${good ? 'good' : 'bad'}`}>
      <StateGlyph state={good ? 'Completed' : 'Failed'} />
      <b>{tried.answer?.status ?? trans.__('none')}</b>
    </span>
  );
}

function bodyOf({ answer, error }: ITried): string {
  if (!answer) {
    return error ?? '';
  }
  return typeof answer.body === 'string' ? answer.body : pretty(answer.body);
}

function measures(
  { answer }: ITried,
  text: string,
  trans: ReturnType<typeof useTrans>
): string | null {
  if (!answer) {
    return null;
  }
  const said = [
    took({ answer }),
    answer.replica === null ? bytes(text.length) : trans.__('from replica %1', answer.replica)
  ];
  return said.join(', ');
}

function took({ answer }: Pick<ITried, 'answer'>): string {
  return answer ? `${figure(answer.duration_ms, 2)} ms` : '–';
}

/** A row, or why it was refused. */
function summary(one: ITried, trans: ReturnType<typeof useTrans>): string {
  if (!one.answer) {
    return one.error ?? '';
  }
  if (one.answer.status >= 400) {
    return messageOf(one.answer.body);
  }
  const rows = shapeOf(checked(one.text).value)?.rows;
  return rows === undefined ? '' : trans._n('%2 row', '%2 rows', rows, count(rows));
}
