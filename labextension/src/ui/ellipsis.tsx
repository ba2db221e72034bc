/** A name cut in the middle: its end, which tells runs apart, stays. */
import * as React from 'react';

import { halves } from './format';

export function MidEllipsis({
  text,
  strong = false
}: {
  readonly text: string;
  readonly strong?: boolean;
}): JSX.Element {
  const [head, tail] = halves(text);
  return (
    <span className={`jp-mlws-mid ${strong ? 'jp-mlws-strong' : ''}`} title={text}>
      <span className="jp-mlws-mid-head">{head}</span>
      {tail && <span className="jp-mlws-mid-tail">{tail}</span>}
    </span>
  );
}

/** Parts of a line with a dot between. */
export function Dotted({ parts }: { readonly parts: readonly React.ReactNode[] }): JSX.Element {
  const said = parts.filter(part => part !== null && part !== undefined && part !== '');
  return (
    <>
      {said.map((part, i) => (
        <React.Fragment key={i}>
          {i > 0 && <span aria-hidden="true"> · </span>}
          {part}
        </React.Fragment>
      ))}
    </>
  );
}
