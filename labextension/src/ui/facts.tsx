/** Facts, chips and titled parts of a page. */
import * as React from 'react';

export type Fact = readonly [label: string, value: React.ReactNode];

/** Labels and values, one a row. */
export function KeyValue({ facts }: { readonly facts: readonly Fact[] }): JSX.Element {
  return (
    <dl className="jp-mlws-kv">
      {facts.map(([label, value]) => (
        <React.Fragment key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

export function Chip({
  label,
  children
}: {
  readonly label?: string;
  readonly children: React.ReactNode;
}): JSX.Element {
  return (
    <span className="jp-mlws-chip">
      {label && <span className="jp-mlws-chip-label">{label}</span>}
      <span className="jp-mlws-cut">{children}</span>
    </span>
  );
}

export function Part({
  title,
  n,
  children
}: {
  readonly title: React.ReactNode;
  readonly n?: React.ReactNode;
  readonly children: React.ReactNode;
}): JSX.Element {
  return (
    <section className="jp-mlws-part">
      <h2>
        {title} {n !== undefined && <span className="jp-mlws-n">{n}</span>}
      </h2>
      {children}
    </section>
  );
}
