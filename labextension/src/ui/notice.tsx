/** What is said in place of, or above, what cannot be shown. */
import { closeIcon, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { sentence } from '../api/request';
import { Button } from './button';
import { CopyDetails } from './copy';
import { StateGlyph } from './state';
import type { Tone } from './states';
import { useTrans } from './trans';
import { useLate } from './useSignal';

const LONG_MS = 3000;

export interface INoticeProps {
  readonly tone: Tone;
  readonly glyph?: string;
  readonly title: React.ReactNode;
  readonly children?: React.ReactNode;
  readonly actions?: React.ReactNode;
}

/** A reason and a remedy. */
export function Notice({ tone, glyph, title, children, actions }: INoticeProps): JSX.Element {
  return (
    <div className={`jp-mlws-notice jp-mlws-tone-${tone}`} role="note">
      {glyph && <StateGlyph state={glyph} />}
      <div className="jp-mlws-notice-body">
        <div className="jp-mlws-notice-title">{title}</div>
        {children && <div className="jp-mlws-small jp-mlws-muted">{children}</div>}
        {actions && <div className="jp-mlws-actions">{actions}</div>}
      </div>
    </div>
  );
}

/** Nothing is here yet: a heading, and what to type. */
export function EmptyState({
  title,
  children
}: {
  readonly title?: string;
  readonly children: React.ReactNode;
}): JSX.Element {
  return (
    <div className="jp-mlws-empty">
      {title && <h3>{title}</h3>}
      {children}
    </div>
  );
}

/** A part did not load: what, why, and once more. */
export function ErrorState({
  title,
  error,
  onRetry
}: {
  readonly title: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
}): JSX.Element {
  const trans = useTrans();
  return (
    <Notice
      tone="bad"
      glyph="Failed"
      title={title}
      actions={
        <>
          {onRetry && <Button label={trans.__('Try again')} icon={refreshIcon} onClick={onRetry} />}
          <CopyDetails text={`${title}: ${sentence(error)}`} />
        </>
      }
    >
      {sentence(error)}
    </Notice>
  );
}

export function NothingFound({
  title,
  children,
  onClear
}: {
  readonly title: string;
  readonly children?: React.ReactNode;
  readonly onClear: () => void;
}): JSX.Element {
  const trans = useTrans();
  return (
    <EmptyState title={title}>
      {children && <p>{children}</p>}
      <Button label={trans.__('Clear filter')} icon={closeIcon} onClick={onClear} />
    </EmptyState>
  );
}

/** A gray bar where a word will be. */
export function Bone({ width }: { readonly width: number | string }): JSX.Element {
  return <span className="jp-mlws-bone" style={{ width }} />;
}

/** Rows of bones, after a moment; in words, where it takes long. */
export function Skeleton({
  rows,
  height = 24
}: {
  readonly rows: number;
  readonly height?: number;
}): JSX.Element | null {
  const late = useLate();
  const long = useLate(LONG_MS);
  const trans = useTrans();
  return late ? (
    <div className="jp-mlws-skeleton" aria-busy="true" aria-label={trans.__('Loading')}>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} style={{ height }}>
          <Bone width={90 + ((i * 47) % 80)} />
        </div>
      ))}
      {long && (
        <div className="jp-mlws-muted" role="status">
          {trans.__('The server is slow to answer. Still reading…')}
        </div>
      )}
    </div>
  ) : null;
}
