/** Questions asked in place. The safe answer has the focus. */
import * as React from 'react';

import { Button } from './button';
import { useTrans } from './trans';

export interface IConfirmProps {
  readonly question: string;
  readonly verb: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** Takes the place of a row's actions; Escape keeps. */
export function ConfirmInline({ question, verb, onYes, onNo }: IConfirmProps): JSX.Element {
  const trans = useTrans();
  return (
    <span
      className="jp-mlws-confirm"
      role="group"
      aria-label={question}
      onClick={event => event.stopPropagation()}
      onKeyDown={event => {
        event.stopPropagation();
        if (event.key === 'Escape') {
          onNo();
        }
      }}
    >
      <span className="jp-mlws-small jp-mlws-nowrap">{question}</span>
      <Button label={verb} kind="danger-fill" onClick={onYes} />
      <Button label={trans.__('Keep')} autoFocus onClick={onNo} />
    </span>
  );
}

/** Deletes what is in use: its name must be typed. */
export function ConfirmTyped({
  question,
  verb,
  name,
  onYes,
  onNo
}: IConfirmProps & { readonly name: string }): JSX.Element {
  const trans = useTrans();
  const [typed, setTyped] = React.useState('');
  return (
    <div
      className="jp-mlws-confirm-typed"
      role="group"
      aria-label={question}
      onKeyDown={event => {
        event.stopPropagation();
        if (event.key === 'Escape') {
          onNo();
        }
      }}
    >
      <div className="jp-mlws-small">{question}</div>
      <div className="jp-mlws-row jp-mlws-gap8">
        <input
          className="jp-mlws-field jp-mlws-grow"
          value={typed}
          autoFocus
          aria-label={trans.__('Type %1', name)}
          onChange={event => setTyped(event.target.value)}
        />
        <Button label={verb} kind="danger" disabled={typed !== name} onClick={onYes} />
        <Button label={trans.__('Keep')} onClick={onNo} />
      </div>
    </div>
  );
}
