/** The metrics of a run, with other runs over it: one chart a metric, one cursor for all. */
import { closeIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Run } from '../../api/records';
import { listRuns } from '../../api/runs';
import { IconButton } from '../../ui/button';
import { Snippet } from '../../ui/copy';
import { FilterBox } from '../../ui/filter';
import { EmptyState, NothingFound } from '../../ui/notice';
import { Check, Segments } from '../../ui/tabs';
import { useTrans } from '../../ui/trans';
import { useLoaded } from '../../ui/useLoaded';
import { useSeen } from '../../ui/useVisible';
import { title } from '../sentences';
import { ChartCard } from './chart';
import { grouped, type Axis } from './curves';
import { LoggedCard } from './logged';
import type { ITabProps } from './tab';

const MOST = 8; // as many as there are colors

export function MetricsTab(props: ITabProps): JSX.Element {
  const { model, run } = props;
  const trans = useTrans();
  const [words, setWords] = React.useState('');
  const [others, setOthers] = React.useState<readonly Run[]>([]);
  const [axis, setAxis] = React.useState<Axis>('step');
  const [weight, setWeight] = React.useState(0);
  const [log, setLog] = React.useState(false);
  const scalars = model.series.filter(one => one.kind === 'scalar');
  const fits = (one: { readonly name: string }) =>
    one.name.toLowerCase().includes(words.toLowerCase());
  const wanted = scalars.filter(fits).map(one => one.name);
  const logged = model.series.filter(one => one.kind !== 'scalar' && fits(one));
  const runs = [run, ...others];
  if (model.series.length === 0) {
    return (
      <EmptyState title={trans.__('No metrics yet')}>
        <p>{trans.__('The run has not logged one. In the script:')}</p>
        <Snippet code='run.log("accuracy", acc)' />
      </EmptyState>
    );
  }
  return (
    <>
      <div className="jp-mlws-tools">
        <FilterBox value={words} placeholder={trans.__('Filter metrics')} onChange={setWords} />
        <Overlaid runs={runs} onDrop={id => setOthers(others.filter(one => one.id !== id))} />
        {runs.length < MOST && (
          <AddRun {...props} taken={runs} onAdd={one => setOthers([...others, one])} />
        )}
        <span className="jp-mlws-end jp-mlws-row jp-mlws-gap8">
          <Segments
            label={trans.__('X axis')}
            current={axis}
            onChange={id => setAxis(id as Axis)}
            tabs={[
              { id: 'step', label: trans.__('Step') },
              { id: 'time', label: trans.__('Time') },
              { id: 'relative', label: trans.__('Relative') }
            ]}
          />
          <label className="jp-mlws-row jp-mlws-gap8 jp-mlws-wide">
            <span className="jp-mlws-muted">{trans.__('Smoothing')}</span>
            <input
              type="range"
              min={0}
              max={0.98}
              step={0.02}
              value={weight}
              className="jp-mlws-range"
              onChange={event => setWeight(Number(event.target.value))}
            />
            <span className="jp-mlws-num">{weight.toFixed(2)}</span>
          </label>
          <Check label={trans.__('Log scale')} checked={log} onChange={setLog} />
        </span>
      </div>
      <div className="jp-mlws-scroll jp-mlws-pad">
        {wanted.length + logged.length === 0 && (
          <NothingFound title={trans.__('No metric matches')} onClear={() => setWords('')} />
        )}
        {[...grouped(wanted)].map(([group, members]) => (
          <section key={group} className="jp-mlws-part">
            <h2>
              {groupName(group, trans)} <span className="jp-mlws-n">{members.length}</span>
            </h2>
            <div className="jp-mlws-charts">
              {members.map(name => (
                <WhenSeen key={name}>
                  <ChartCard
                    settings={model.workspace.settings}
                    name={name}
                    n={scalars.find(one => one.name === name)?.n ?? 0}
                    runs={runs}
                    axis={axis}
                    weight={weight}
                    allLog={log}
                    sync={`jp-mlws-${run.id}`}
                  />
                </WhenSeen>
              ))}
            </div>
          </section>
        ))}
        {logged.length > 0 && (
          <section className="jp-mlws-part">
            <h2>
              {trans.__('Texts, tables and images')}{' '}
              <span className="jp-mlws-n">{logged.length}</span>
            </h2>
            <div className="jp-mlws-charts">
              {logged.map(one => (
                <WhenSeen key={one.name}>
                  <LoggedCard
                    settings={model.workspace.settings}
                    series={one}
                    onOpenOutputs={() => model.show('outputs')}
                  />
                </WhenSeen>
              ))}
            </div>
          </section>
        )}
      </div>
    </>
  );
}

/** A card that reads and draws nothing until it is near the window; its place is kept. */
function WhenSeen({ children }: { readonly children: JSX.Element }): JSX.Element {
  const [box, seen] = useSeen<HTMLDivElement>();
  return (
    <div ref={box} className="jp-mlws-chart-place">
      {seen && children}
    </div>
  );
}

function groupName(group: string, trans: ReturnType<typeof useTrans>): string {
  switch (group) {
    case 'val':
    case 'valid':
      return trans.__('Validation');
    case 'train':
      return trans.__('Training');
    case 'test':
      return trans.__('Test');
    case 'system':
      return trans.__('Machine');
    default:
      return group || trans.__('Metrics');
  }
}

function Overlaid({
  runs,
  onDrop
}: {
  readonly runs: readonly Run[];
  readonly onDrop: (id: string) => void;
}): JSX.Element {
  const trans = useTrans();
  return (
    <>
      {runs.map((run, i) => (
        <span key={run.id} className="jp-mlws-chip jp-mlws-chip-line">
          <i className={`jp-mlws-swatch jp-mlws-series-${i + 1}`} />
          <span className="jp-mlws-cut">{title(run)}</span>
          {i > 0 && (
            <IconButton
              label={trans.__('Remove %1', title(run))}
              icon={closeIcon}
              small
              onClick={() => onDrop(run.id)}
            />
          )}
        </span>
      ))}
    </>
  );
}

function AddRun({
  model,
  run,
  taken,
  onAdd
}: ITabProps & {
  readonly taken: readonly Run[];
  readonly onAdd: (run: Run) => void;
}): JSX.Element {
  const trans = useTrans();
  const { value } = useLoaded(
    () => listRuns(model.workspace.settings, { experiment: run.experiment, limit: 100 }),
    [run.experiment]
  );
  const free = (value?.items ?? []).filter(
    one => one.started_at && !taken.some(other => other.id === one.id)
  );
  return (
    <select
      className="jp-mlws-select"
      value=""
      aria-label={trans.__('Add run')}
      disabled={free.length === 0}
      onChange={event => {
        const found = free.find(one => one.id === event.target.value);
        if (found) {
          onAdd(found);
        }
      }}
    >
      <option value="">{trans.__('+ Add run')}</option>
      {free.map(one => (
        <option key={one.id} value={one.id}>
          {title(one)}
        </option>
      ))}
    </select>
  );
}
