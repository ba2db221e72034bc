/** What a run leads to: the models registered from it, and its child runs. */
import * as React from 'react';

import type { Run } from '../../api/records';
import { Link } from '../../ui/button';
import { Part } from '../../ui/facts';
import { figure } from '../../ui/format';
import { StateGlyph } from '../../ui/state';
import { useTrans } from '../../ui/trans';
import { keyFigure, shown, title } from '../sentences';
import type { ITabProps } from './tab';

const ROWS = 8;

export function LeadsPart({ model, run, links }: ITabProps): JSX.Element {
  const trans = useTrans();
  const [all, setAll] = React.useState(false);
  const children = [...model.children].sort((a, b) => a.number - b.number);
  const more = run.children.length - ROWS;
  return (
    <Part title={trans.__('Leads to')} n={run.models.length + run.children.length || undefined}>
      {run.models.length + run.children.length === 0 && (
        <div className="jp-mlws-muted">{trans.__('No model registered, no child runs')}</div>
      )}
      {run.models.map(one => (
        <div key={one}>
          {links.openModel ? <Link onClick={() => links.openModel?.(one)}>{one}</Link> : one}
        </div>
      ))}
      {children.slice(0, all ? undefined : ROWS).map(child => (
        <Child
          key={child.id}
          run={child}
          keyMetrics={model.workspace.preferences.keyMetrics}
          onOpen={() => links.openRun(child.id)}
        />
      ))}
      {more > 0 && !all && (
        <Link onClick={() => setAll(true)}>
          {trans._n('%1 more child run', '%1 more child runs', more)}
        </Link>
      )}
    </Part>
  );
}

function Child({
  run,
  keyMetrics,
  onOpen
}: {
  readonly run: Run;
  readonly keyMetrics: readonly string[];
  readonly onOpen: () => void;
}): JSX.Element {
  const value = keyFigure(run, keyMetrics);
  return (
    <div className="jp-mlws-row jp-mlws-gap8">
      <StateGlyph state={shown(run)} />
      <span className="jp-mlws-cut jp-mlws-grow">
        <Link onClick={onOpen} title={title(run)}>
          {title(run)}
        </Link>
      </span>
      {value !== undefined && <span className="jp-mlws-num">{figure(value, 3)}</span>}
    </div>
  );
}
