/** A form in the right column of a page; it shows the magic that it stands for. */
import { closeIcon } from '@jupyterlab/ui-components';
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { Refused, sentence } from '../api/request';
import { Button, IconButton } from './button';
import { Notice } from './notice';
import { useTrans } from './trans';

export interface IFormPanelProps {
  readonly title: string;
  readonly verb: string;
  readonly icon?: LabIcon;
  /** Why it cannot be sent yet; null when it can. */
  readonly lacks: string | null;
  /** What the server said no to, and where that is not said beside a field. */
  readonly error: unknown;
  readonly busy: string | null;
  readonly onSend: () => void;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}

/** Escape closes it; the focus goes back to what opened it. */
export function FormPanel(props: IFormPanelProps): JSX.Element {
  const trans = useTrans();
  useReturnedFocus();
  return (
    <form
      className="jp-mlws-form"
      aria-label={props.title}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          props.onClose();
        }
      }}
      onSubmit={event => {
        event.preventDefault();
        if (!props.lacks && !props.busy) {
          props.onSend();
        }
      }}
    >
      <div className="jp-mlws-row jp-mlws-form-head">
        <h2 className="jp-mlws-cut">{props.title}</h2>
        <span className="jp-mlws-end">
          <IconButton
            label={trans.__('Close without sending')}
            icon={closeIcon}
            onClick={props.onClose}
          />
        </span>
      </div>
      {props.children}
      {props.error !== null && props.error !== undefined && (
        <div className="jp-mlws-form-error">
          <Notice tone="bad" glyph="Failed" title={sentence(props.error)} />
        </div>
      )}
      <div className="jp-mlws-row jp-mlws-gap8">
        <Button
          label={props.busy ?? props.verb}
          icon={props.icon}
          kind="primary"
          submits
          disabled={props.lacks !== null || props.busy !== null}
          title={props.lacks ?? props.verb}
          onClick={() => undefined}
        />
        <Button label={trans.__('Cancel')} onClick={props.onClose} />
        {props.lacks && <span className="jp-mlws-small jp-mlws-muted">{props.lacks}</span>}
      </div>
    </form>
  );
}

export interface IFieldProps {
  readonly label: string;
  readonly hint?: React.ReactNode;
  /** What is wrong with it. */
  readonly problem?: string | null;
  readonly children: React.ReactElement;
}

/** A label above, a hint or a problem below. */
export function Field({ label, hint, problem, children }: IFieldProps): JSX.Element {
  const id = React.useId();
  return (
    <div className="jp-mlws-form-row">
      <label htmlFor={id}>{label}</label>
      {React.cloneElement(children, {
        id,
        'aria-invalid': problem ? true : undefined,
        'aria-describedby': `${id}-hint`
      })}
      <div
        id={`${id}-hint`}
        className={`jp-mlws-form-hint ${problem ? 'jp-mlws-tone-bad' : ''}`}
        role={problem ? 'alert' : undefined}
      >
        {problem ?? hint}
      </div>
    </div>
  );
}

/** The sentence for one field of a form, where the server named it. */
export function problemOf(error: unknown, field: string): string | null {
  return error instanceof Refused && error.field === field ? error.message : null;
}

/** The error, unless it is said beside one of these fields. */
export function otherThan(error: unknown, fields: readonly string[]): unknown {
  return error instanceof Refused && error.field && fields.includes(error.field) ? null : error;
}

function useReturnedFocus(): void {
  React.useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    };
  }, []);
}
