/** What is read when something is first shown, and again when what it depends on changes. */
import * as React from 'react';

export interface ILoaded<T> {
  /** The last that was read; it stays while a newer is on its way. */
  readonly value: T | null;
  readonly error: unknown;
  readonly again: () => void;
}

export function useLoaded<T>(read: () => Promise<T>, depends: readonly unknown[]): ILoaded<T> {
  const [state, setState] = React.useState<{ value: T | null; error: unknown }>({
    value: null,
    error: null
  });
  const [round, again] = React.useReducer((n: number) => n + 1, 0);
  React.useEffect(() => {
    let late = false;
    read().then(
      value => !late && setState({ value, error: null }),
      error => !late && setState(before => ({ value: before.value, error }))
    );
    return () => {
      late = true;
    };
    // What is read depends on what the caller says it does.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [...depends, round]);
  return { ...state, again };
}
