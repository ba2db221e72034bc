/** The overview of a run: how it fares or why it failed, its figures, where it came from. */
import * as React from 'react';

import { Link } from '../../ui/button';
import { CopyButton } from '../../ui/copy';
import { Prose, TagsPart } from '../../ui/edit';
import { KeyValue, Part, type Fact } from '../../ui/facts';
import { clock, count, duration, figure } from '../../ui/format';
import { MetricTile } from '../../ui/meter';
import { EmptyState, Notice } from '../../ui/notice';
import { Columns } from '../../ui/sheet';
import { Sparkline } from '../../ui/sparkline';
import { useTrans } from '../../ui/trans';
import { Snippet } from '../../ui/copy';
import { called, tiles, valueOf } from '../tiles';
import { bare, over, shown, waits } from '../sentences';
import { FailedPart } from './failed';
import { LeadsPart } from './leads';
import type { ITabProps } from './tab';

const ROWS = 8;

export function OverviewTab(props: ITabProps): JSX.Element {
  const { model, run } = props;
  const trans = useTrans();
  return (
    <Columns
      sideLabel={trans.__('Where it came from')}
      side={
        <>
          <OriginPart {...props} />
          <PlacePart {...props} />
          <TimesPart {...props} />
          <TagsPart tags={run.tags} onChange={tags => model.patch({ tags })} />
          <LeadsPart {...props} />
        </>
      }
    >
      <Standing {...props} />
      {run.state === 'Failed' && <FailedPart {...props} />}
      <Figures {...props} />
      <div className="jp-mlws-halves">
        <MetricsPart {...props} />
        <ParametersPart {...props} />
      </div>
      <Prose
        title={trans.__('Notes')}
        hint={trans.__('What was tried, and what came of it')}
        text={run.description}
        onSave={description => model.patch({ description })}
      />
    </Columns>
  );
}

/** Why it does not go on: what it waits for, or that nobody hears of it. */
function Standing({ run }: ITabProps): JSX.Element | null {
  const trans = useTrans();
  const lost = shown(run) === 'NotResponding';
  return lost || (waits(run) && run.reason) ? (
    <div className="jp-mlws-part">
      <Notice
        tone={lost ? 'warn' : 'wait'}
        glyph={shown(run)}
        title={
          lost
            ? trans.__('No contact with %1. The run may well be going on', run.target)
            : bare(run.reason ?? '')
        }
      >
        {lost && trans.__('Last seen %1.', clock(run.not_responding_since ?? ''))}
      </Notice>
    </div>
  ) : null;
}

function Figures({ model, run }: ITabProps): JSX.Element | null {
  const found = tiles(run, model.series, model.workspace.preferences.keyMetrics);
  return found.length === 0 ? null : (
    <div className="jp-mlws-box jp-mlws-tiles">
      {found.map(tile => (
        <MetricTile
          key={tile.name}
          name={tile.name}
          value={tile.value}
          spark={<Sparkline points={tile.points} width={72} height={26} live={!over(run)} />}
        >
          {tile.more}
        </MetricTile>
      ))}
    </div>
  );
}

function MetricsPart({ model, run }: ITabProps): JSX.Element {
  const trans = useTrans();
  const scalars = model.series.filter(
    one => one.kind === 'scalar' && !one.name.startsWith('system/')
  );
  const more = scalars.length - ROWS;
  const logged = model.series.filter(one => one.kind !== 'scalar');
  const others = logged.length > 0 && (
    <div>
      <Link onClick={() => model.show('metrics')}>
        {trans._n('%1 text, table or image', '%1 texts, tables and images', logged.length)}
      </Link>
    </div>
  );
  if (scalars.length === 0 && others) {
    return <Part title={trans.__('Metrics')}>{others}</Part>;
  }
  if (scalars.length === 0) {
    return (
      <Part title={trans.__('Metrics')}>
        <EmptyState title={over(run) ? trans.__('No metrics') : trans.__('No metrics yet')}>
          <p>{trans.__('The run has not logged one. In the script:')}</p>
          <Snippet code='run.log("accuracy", acc)' />
        </EmptyState>
      </Part>
    );
  }
  return (
    <Part title={trans.__('Metrics')} n={scalars.length}>
      <table className="jp-mlws-box jp-mlws-table">
        <thead>
          <tr>
            <th>{trans.__('Name')}</th>
            <th>
              <span className="jp-mlws-visually-hidden">{trans.__('Shape')}</span>
            </th>
            <th className="jp-mlws-num">{trans.__('Last')}</th>
            <th className="jp-mlws-num jp-mlws-wide">{trans.__('Min')}</th>
            <th className="jp-mlws-num jp-mlws-wide">{trans.__('Max')}</th>
          </tr>
        </thead>
        <tbody>
          {scalars.slice(0, ROWS).map(one => (
            <tr key={one.name}>
              <td className="jp-mlws-cut">
                <Link onClick={() => model.show('metrics')} title={one.name}>
                  {called(one.name)}
                </Link>
              </td>
              <td>
                <Sparkline points={one.points.map(point => point.value)} width={64} />
              </td>
              <td className="jp-mlws-num jp-mlws-strong">{valueOf(one.name, one.last)}</td>
              <td className="jp-mlws-num jp-mlws-muted jp-mlws-wide">{figure(one.min)}</td>
              <td className="jp-mlws-num jp-mlws-muted jp-mlws-wide">{figure(one.max)}</td>
            </tr>
          ))}
          {more > 0 && (
            <tr>
              <td colSpan={5}>
                <Link onClick={() => model.show('metrics')}>{trans.__('%1 more', more)}</Link>
              </td>
            </tr>
          )}
        </tbody>
      </table>
      {others}
    </Part>
  );
}

function ParametersPart({ run }: ITabProps): JSX.Element | null {
  const trans = useTrans();
  const [all, setAll] = React.useState(false);
  const entries = Object.entries(run.parameters);
  const more = entries.length - ROWS;
  return entries.length === 0 ? null : (
    <Part title={trans.__('Parameters')} n={entries.length}>
      <table className="jp-mlws-box jp-mlws-table">
        <tbody>
          {entries.slice(0, all ? undefined : ROWS).map(([name, value]) => (
            <tr key={name}>
              <td className="jp-mlws-cut" title={name}>
                {name}
              </td>
              <td className="jp-mlws-num jp-mlws-mono jp-mlws-cut" title={String(value)}>
                {String(value)}
              </td>
            </tr>
          ))}
          {more > 0 && !all && (
            <tr>
              <td colSpan={2}>
                <Link onClick={() => setAll(true)}>{trans.__('%1 more', more)}</Link>
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </Part>
  );
}

function OriginPart({ model, run, links }: ITabProps): JSX.Element {
  const trans = useTrans();
  const { notebook, stale } = run.spec.source;
  const git = run.git ?? {};
  const branch = git['azureml.git.branch'] ?? git['mlflow.source.git.branch'];
  const commit = git['azureml.git.commit'] ?? git['mlflow.source.git.commit'];
  const command = run.command.join(' ');
  const program = command.slice((run.command[0] ?? '').lastIndexOf('/') + 1);
  const facts: Fact[] = [];
  if (notebook) {
    const open = links.openNotebook;
    const where = open ? <Link onClick={() => open(notebook)}>{notebook}</Link> : notebook;
    facts.push([trans.__('Notebook'), where]);
  }
  if (run.parent_id === null) {
    facts.push([
      trans.__('Command'),
      <>
        <span className="jp-mlws-mono jp-mlws-cut" title={command}>
          {program}
        </span>
        <CopyButton text={command} />
      </>
    ]);
  }
  if (run.snapshot) {
    facts.push([
      trans.__('Snapshot'),
      <Link onClick={() => model.show('code')}>{run.snapshot.slice(7, 15)}</Link>
    ]);
  }
  if (branch || commit) {
    const words = [branch, commit?.slice(0, 7)].filter(Boolean).join(' @ ');
    facts.push([trans.__('Git'), <span className="jp-mlws-mono">{words}</span>]);
  }
  if (git['azureml.git.dirty'] === 'True' || stale) {
    const words = stale
      ? trans.__('the notebook was not saved')
      : trans.__('changes not committed');
    facts.push([trans.__('Uncommitted'), words]);
  }
  facts.push([trans.__('By'), run.created_by]);
  return (
    <Part title={trans.__('Where it came from')}>
      <KeyValue facts={facts} />
    </Part>
  );
}

function PlacePart({ run, links }: ITabProps): JSX.Element {
  const trans = useTrans();
  const environment = run.environment_record;
  const packages = Object.keys(environment?.packages ?? {}).length;
  const open = links.openTarget;
  const target = open ? <Link onClick={() => open(run.target)}>{run.target}</Link> : run.target;
  const facts: Fact[] = [[trans.__('Target'), target]];
  const host = run.machine?.host;
  if (typeof host === 'string') {
    facts.push([trans.__('Host'), host]);
  }
  if (environment?.version) {
    facts.push([trans.__('Python'), environment.version]);
  }
  if (packages) {
    facts.push([trans.__('Packages'), count(packages)]);
  }
  facts.push([trans.__('Attempt'), trans.__('%1 of %2', run.attempt, run.spec.retries + 1)]);
  if (run.exit_code !== null) {
    facts.push([trans.__('Exit code'), run.exit_code]);
  }
  if (run.spec.max_duration_s) {
    facts.push([trans.__('Time limit'), duration(run.spec.max_duration_s)]);
  }
  return (
    <Part title={over(run) ? trans.__('Where it ran') : trans.__('Where it runs')}>
      <KeyValue facts={facts} />
    </Part>
  );
}

function TimesPart({ run }: ITabProps): JSX.Element {
  const trans = useTrans();
  const facts: Fact[] = [[trans.__('Created'), clock(run.created_at)]];
  if (run.started_at) {
    const waited = (Date.parse(run.started_at) - Date.parse(run.created_at)) / 1000;
    facts.push([trans.__('Waited'), duration(waited)]);
    facts.push([trans.__('Started'), clock(run.started_at)]);
  }
  if (run.ended_at) {
    facts.push([trans.__('Ended'), clock(run.ended_at)]);
  }
  return (
    <Part title={trans.__('When')}>
      <KeyValue facts={facts} />
    </Part>
  );
}
