/** A section that lists one noun: loading, failed, empty, or its rows. */
import * as React from 'react';

import { EmptyState, ErrorState, Skeleton } from './notice';
import { Snippet } from './copy';

export interface IListProps<T> {
  readonly shelf: { readonly items: readonly T[] | null; readonly error: unknown };
  readonly failed: string;
  readonly emptyWords: string;
  readonly emptyCode: string;
  readonly first: boolean;
  readonly onRetry: () => void;
  readonly row: (item: T) => JSX.Element;
}

/** `first` shows what to type although nothing was read: there is no workspace yet. */
export function ListSection<T>(props: IListProps<T>): JSX.Element | null {
  const { items, error } = props.shelf;
  if (error && !items) {
    return <ErrorState title={props.failed} error={error} onRetry={props.onRetry} />;
  }
  if (props.first || items?.length === 0) {
    return (
      <EmptyState>
        <p>{props.emptyWords}</p>
        <Snippet code={props.emptyCode} />
      </EmptyState>
    );
  }
  if (!items) {
    return <Skeleton rows={2} />;
  }
  return <ul className="jp-mlws-items">{items.map(props.row)}</ul>;
}
