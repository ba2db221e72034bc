/** The frame of a page about one thing: head, facts, a wide column and one at its right. */
import * as React from 'react';

export interface ISheetProps {
  readonly label: string;
  /** What a screen reader is told now: a change of state, an end. */
  readonly said?: string;
  readonly frame?: React.Ref<HTMLDivElement>;
  readonly children: React.ReactNode;
}

export function Sheet({ label, said = '', frame, children }: ISheetProps): JSX.Element {
  return (
    <div className="jp-mlws-sheet" role="region" aria-label={label} ref={frame}>
      <div className="jp-mlws-visually-hidden" role="status" aria-live="polite">
        {said}
      </div>
      {children}
    </div>
  );
}

/** A label, which may be empty, and what is said. */
export type SheetFact = readonly [label: string, value: React.ReactNode];

export interface ISheetHeadProps {
  /** A badge of state, or an icon. */
  readonly mark: React.ReactNode;
  readonly name: string;
  readonly actions?: React.ReactNode;
  readonly facts: readonly (SheetFact | null)[];
}

export function SheetHead({ mark, name, actions, facts }: ISheetHeadProps): JSX.Element {
  return (
    <div className="jp-mlws-page-head">
      <div className="jp-mlws-page-title">
        {mark}
        <h1 className="jp-mlws-cut" title={name}>
          {name}
        </h1>
        <span className="jp-mlws-end jp-mlws-row jp-mlws-gap8">{actions}</span>
      </div>
      <div className="jp-mlws-page-facts">
        {facts.map(
          (fact, i) =>
            fact && (
              <span key={i}>
                {fact[0] && <span className="jp-mlws-muted">{fact[0]}</span>}
                {fact[1]}
              </span>
            )
        )}
      </div>
    </div>
  );
}

/** Two columns; the right one moves below where the page is narrow. */
export function Columns({
  children,
  side,
  sideLabel
}: {
  readonly children: React.ReactNode;
  readonly side: React.ReactNode;
  readonly sideLabel: string;
}): JSX.Element {
  return (
    <div className="jp-mlws-scroll">
      <div className="jp-mlws-cols">
        <div className="jp-mlws-col">{children}</div>
        <aside className="jp-mlws-col jp-mlws-col-side" aria-label={sideLabel}>
          {side}
        </aside>
      </div>
    </div>
  );
}

/** A box with a hairline around it; `head` is a row of 36 px. */
export function Box({
  head,
  className = '',
  children
}: {
  readonly head?: React.ReactNode;
  readonly className?: string;
  readonly children: React.ReactNode;
}): JSX.Element {
  return (
    <div className={`jp-mlws-box ${className}`}>
      {head && <div className="jp-mlws-box-head">{head}</div>}
      {children}
    </div>
  );
}
