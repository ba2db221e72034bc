/** A line of a log, in its colors. */
import * as React from 'react';

import type { Line } from './ansi';

/** Colors of the 256 and true colors are lifted toward the text's, so that they can be read. */
export function LogText({ line }: { readonly line: Line }): JSX.Element {
  return (
    <>
      {line.map((span, i) => (
        <span
          key={i}
          className={span.styles.map(name => `jp-mlws-ansi-${name}`).join(' ')}
          style={
            span.color
              ? { color: `color-mix(in oklab, ${span.color} 65%, var(--jp-ui-font-color0))` }
              : undefined
          }
        >
          {span.text}
        </span>
      ))}
    </>
  );
}
