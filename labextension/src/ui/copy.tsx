/** Things to copy: an address, a key, a line of code. */
import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { Button, IconButton } from './button';
import { eyeIcon } from './icons';
import { StateGlyph } from './state';
import { useTrans } from './trans';

const SHOWN_MS = 30_000;
const COPIED_MS = 2_000;

/** Whether something was just copied, and how to copy. */
export function useCopy(): readonly [boolean, (text: string) => void] {
  const [copied, setCopied] = React.useState(false);
  React.useEffect(() => {
    if (!copied) {
      return;
    }
    const timer = window.setTimeout(() => setCopied(false), COPIED_MS);
    return () => window.clearTimeout(timer);
  }, [copied]);
  const copy = React.useCallback((text: string) => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      reason => console.warn('The clipboard refused:', reason)
    );
  }, []);
  return [copied, copy];
}

export function Copied(): JSX.Element {
  const trans = useTrans();
  return (
    <span className="jp-mlws-copied" role="status">
      <StateGlyph state="Completed" />
      {trans.__('Copied')}
    </span>
  );
}

/** An icon that copies; it becomes a check for two seconds. */
export function CopyButton({
  text,
  label
}: {
  readonly text: string;
  readonly label?: string;
}): JSX.Element {
  const trans = useTrans();
  const [copied, copy] = useCopy();
  return copied ? (
    <span className="jp-mlws-ib" role="status" aria-label={trans.__('Copied')}>
      <StateGlyph state="Completed" />
    </span>
  ) : (
    <IconButton label={label ?? trans.__('Copy')} icon={copyIcon} onClick={() => copy(text)} />
  );
}

export function CopyField({ text }: { readonly text: string }): JSX.Element {
  return (
    <div className="jp-mlws-field">
      <span className="jp-mlws-mono jp-mlws-cut jp-mlws-grow" title={text}>
        {text}
      </span>
      <CopyButton text={text} />
    </div>
  );
}

/** A key: dots and its last four, shown for half a minute when asked for. */
export function SecretField({ text }: { readonly text: string }): JSX.Element {
  const trans = useTrans();
  const [shown, setShown] = React.useState(false);
  React.useEffect(() => {
    if (!shown) {
      return;
    }
    const timer = window.setTimeout(() => setShown(false), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [shown]);
  return (
    <div className="jp-mlws-field">
      <span className="jp-mlws-mono jp-mlws-cut jp-mlws-grow">
        {shown ? text : `••••••••••••${text.slice(-4)}`}
      </span>
      <IconButton
        label={shown ? trans.__('Hide') : trans.__('Show for 30 s')}
        icon={eyeIcon}
        pressed={shown}
        onClick={() => setShown(!shown)}
      />
      <CopyButton text={text} />
    </div>
  );
}

/** A line of code to take: a magic stands out. */
export function Snippet({ code }: { readonly code: string }): JSX.Element {
  const [magic, rest] = /^(%{1,2}\w+)([^]*)$/.exec(code)?.slice(1) ?? ['', code];
  return (
    <div className="jp-mlws-snip">
      <code>
        {magic && <b>{magic}</b>}
        {rest.split(/( +|\n)/).map((word, i) => (
          <span key={i} className={word.trim() && 'jp-mlws-snip-word'}>
            {word}
          </span>
        ))}
      </code>
      <CopyButton text={code} />
    </div>
  );
}

/** Details of an error, to paste elsewhere. */
export function CopyDetails({ text }: { readonly text: string }): JSX.Element {
  const trans = useTrans();
  const [copied, copy] = useCopy();
  return copied ? (
    <Copied />
  ) : (
    <Button
      label={trans.__('Copy details')}
      icon={copyIcon}
      kind="quiet"
      onClick={() => copy(text)}
    />
  );
}
