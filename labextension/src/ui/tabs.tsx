/** Tabs and segments: one of several. */
import * as React from 'react';

export interface ITab {
  readonly id: string;
  readonly label: string;
  readonly n?: number | string | null;
}

export interface ITabsProps {
  readonly label: string;
  readonly tabs: readonly ITab[];
  readonly current: string;
  readonly onChange: (id: string) => void;
}

/** Arrows go from tab to tab; one of them takes the Tab key. */
export function Tabs({ label, tabs, current, onChange }: ITabsProps): JSX.Element {
  const list = React.useRef<HTMLDivElement>(null);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) {
      return;
    }
    event.preventDefault();
    const at = tabs.findIndex(tab => tab.id === current);
    const next = (at + step + tabs.length) % tabs.length;
    onChange(tabs[next].id);
    (list.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div className="jp-mlws-tabs" role="tablist" aria-label={label} ref={list}>
      {tabs.map(tab => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          aria-selected={tab.id === current}
          tabIndex={tab.id === current ? 0 : -1}
          onClick={() => onChange(tab.id)}
          onKeyDown={onKeyDown}
        >
          {tab.label}
          {tab.n !== undefined && tab.n !== null && tab.n !== 0 && (
            <span className="jp-mlws-n">{tab.n}</span>
          )}
        </button>
      ))}
    </div>
  );
}

export function Segments({ label, tabs, current, onChange }: ITabsProps): JSX.Element {
  return (
    <div className="jp-mlws-seg" role="group" aria-label={label}>
      {tabs.map(tab => (
        <button
          key={tab.id}
          type="button"
          aria-pressed={tab.id === current}
          onClick={() => onChange(tab.id)}
        >
          {tab.label}
          {tab.n !== undefined && tab.n !== null ? ` ${tab.n}` : ''}
        </button>
      ))}
    </div>
  );
}

export function Check({
  label,
  checked,
  onChange
}: {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}): JSX.Element {
  return (
    <label className="jp-mlws-check">
      <input type="checkbox" checked={checked} onChange={event => onChange(event.target.checked)} />
      {label}
    </label>
  );
}
