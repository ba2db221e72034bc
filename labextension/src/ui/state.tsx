/** A state as glyph, tone and word. */
import * as React from 'react';

import { look, word, type Glyph } from './states';
import { useTrans } from './trans';

const RING = <circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.5" />;

function line(d: string, width = 1.5): JSX.Element {
  return <path d={d} fill="none" stroke="currentColor" strokeWidth={width} />;
}

const DRAWN: Readonly<Record<Glyph, JSX.Element>> = {
  wait: (
    <>
      {RING}
      {line('M8 5v3.2l2.1 1.4', 1.4)}
    </>
  ),
  fresh: React.cloneElement(RING, { strokeDasharray: '2 2.4' }),
  prep: (
    <>
      {RING}
      <path d="M8 2.4a5.6 5.6 0 000 11.2z" fill="currentColor" />
    </>
  ),
  run: (
    <>
      <circle
        cx="8"
        cy="8"
        r="5.6"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        opacity=".28"
      />
      <path
        className="jp-mlws-turning"
        d="M8 2.4A5.6 5.6 0 1 1 2.9 10.3"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
      />
    </>
  ),
  final: (
    <>
      {RING}
      {line('M8 11V5.4M5.6 7.6L8 5.2l2.4 2.4', 1.4)}
    </>
  ),
  done: line('M3.2 8.4l3.2 3.2 6.4-7', 1.8),
  fail: (
    <>
      <circle cx="8" cy="8" r="6.5" fill="currentColor" />
      <path
        className="jp-mlws-on-bad"
        d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8"
        strokeWidth="1.6"
        fill="none"
      />
    </>
  ),
  stop: (
    <>
      {RING}
      <path d="M5.9 5.9h4.2v4.2H5.9z" fill="currentColor" />
    </>
  ),
  off: (
    <>
      {RING}
      {line('M4.2 11.8l7.6-7.6')}
    </>
  ),
  lost: (
    <>
      <path
        d="M8 1.9l6.6 11.7H1.4z"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
      />
      {line('M8 6v3.8M8 11v1.4')}
    </>
  ),
  live: (
    <>
      <circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" strokeWidth="1.3" />
      {line('M5 8.2l2.2 2.2 3.9-4.4', 1.6)}
    </>
  )
};

/** The glyph alone; it says its word to those who do not see it. */
export function StateGlyph({ state }: { readonly state: string }): JSX.Element {
  const trans = useTrans();
  const { glyph, tone } = look(state);
  const label = word(state, trans);
  return (
    <svg
      className={`jp-mlws-glyph jp-mlws-tone-${tone}`}
      viewBox="0 0 16 16"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {DRAWN[glyph]}
    </svg>
  );
}

/** Glyph and word. */
export function StateBadge({ state }: { readonly state: string }): JSX.Element {
  const trans = useTrans();
  const { glyph, tone } = look(state);
  return (
    <span className={`jp-mlws-state jp-mlws-tone-${tone}`}>
      <svg className="jp-mlws-glyph" viewBox="0 0 16 16" aria-hidden="true">
        {DRAWN[glyph]}
      </svg>
      {word(state, trans)}
    </span>
  );
}
