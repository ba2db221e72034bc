/** One metric of one run or several: the curves, and a legend that is a table of figures. */
import { tableRowsIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Chart, Run } from '../../api/records';
import type { Settings } from '../../api/request';
import { Refused } from '../../api/request';
import { getChart } from '../../api/runs';
import { IconButton } from '../../ui/button';
import { count, figure } from '../../ui/format';
import { ErrorState } from '../../ui/notice';
import type { Amount } from '../../ui/axes';
import { CurvePlot, type ICurve } from '../../ui/curvePlot';
import { useTrans } from '../../ui/trans';
import { useLoaded } from '../../ui/useLoaded';
import { title } from '../sentences';
import { called, valueOf } from '../tiles';
import { align, positive, smooth, type Axis } from './curves';

const PLOT_HEIGHT = 152;
const BUCKETS = 500;
const CALM_MS = 4000;
const NONE: readonly Chart[] = [];

export interface IChartCardProps {
  readonly settings: Settings;
  readonly name: string;
  /** How many points there are: more, and the chart is read anew. */
  readonly n: number;
  readonly runs: readonly Run[];
  readonly axis: Axis;
  readonly weight: number;
  readonly allLog: boolean;
  readonly sync: string;
}

export function ChartCard(props: IChartCardProps): JSX.Element {
  const { settings, name, runs, axis, weight } = props;
  const trans = useTrans();
  const n = useCalm(props.n);
  const [ownLog, setOwnLog] = React.useState<boolean | null>(null);
  const [cursor, setCursor] = React.useState<number | null>(null);
  const [table, setTable] = React.useState(false);
  const ids = runs.map(run => run.id).join();
  const loaded = useLoaded(
    () => Promise.all(runs.map(run => chartOf(settings, run.id, name))),
    [settings, name, ids, n]
  );
  // Runs come anew with every redraw; the charts are theirs as long as the ids are the same.
  const charts = loaded.value?.length === runs.length ? loaded.value : NONE;
  const aligned = React.useMemo(() => align(charts, axis), [charts, axis]);
  const names = runs.map(title).join('\n');
  const curves = React.useMemo(
    () => aligned.columns.map((column, i) => curve(names.split('\n')[i], i, column, weight)),
    [aligned, names, weight]
  );
  const log = (ownLog ?? props.allLog) && positive(aligned);
  if (loaded.error && !loaded.value) {
    return (
      <ErrorState
        title={trans.__('%1 did not load', called(name))}
        error={loaded.error}
        onRetry={loaded.again}
      />
    );
  }
  const latest = curves[0]?.values.filter(value => value !== null);
  return (
    <div className="jp-mlws-box jp-mlws-chart">
      <div className="jp-mlws-chart-head">
        <span className="jp-mlws-strong jp-mlws-cut" title={name}>
          {called(name)}
        </span>
        <button
          type="button"
          className="jp-mlws-log-chip"
          aria-pressed={log}
          title={trans.__('Logarithmic scale')}
          onClick={() => setOwnLog(!log)}
        >
          {trans.__('log')}
        </button>
        <span className="jp-mlws-end">
          <IconButton
            label={trans.__('Show as table')}
            icon={tableRowsIcon}
            small
            pressed={table}
            onClick={() => setTable(!table)}
          />
        </span>
      </div>
      {table ? (
        <Figures name={name} axis={axis} x={aligned.x} curves={curves} />
      ) : (
        <CurvePlot
          key={axis}
          x={aligned.x}
          curves={curves}
          height={PLOT_HEIGHT}
          log={log}
          time={axis === 'time'}
          unit={name.startsWith('system/') ? value => valueOf(name, value) : undefined}
          what={amountOf(name)}
          sync={`${props.sync}-${axis}`}
          label={trans.__('%1, last %2', called(name), figure(latest?.[latest.length - 1]))}
          onCursor={setCursor}
        />
      )}
      {aligned.x.length > 0 && !aligned.columns.flat().some(value => value !== null) && (
        <div className="jp-mlws-chart-none">{trans.__('No finite value')}</div>
      )}
      <table className="jp-mlws-legend">
        <tbody>
          {curves.map((one, i) => (
            <LegendRow key={one.name + i} name={name} curve={one} x={aligned.x} cursor={cursor} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the curves are drawn from, for those who read figures. */
function Figures({
  name,
  axis,
  x,
  curves
}: {
  readonly name: string;
  readonly axis: Axis;
  readonly x: readonly number[];
  readonly curves: readonly ICurve[];
}): JSX.Element {
  const trans = useTrans();
  return (
    <div className="jp-mlws-scroll" style={{ height: PLOT_HEIGHT }} tabIndex={0}>
      <table className="jp-mlws-table" aria-label={called(name)}>
        <thead>
          <tr>
            <th className="jp-mlws-num">{axis === 'step' ? trans.__('Step') : trans.__('Time')}</th>
            {curves.map(one => (
              <th key={one.series} className="jp-mlws-num" title={one.name}>
                {one.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {x.map((at, i) => (
            <tr key={at}>
              <td className="jp-mlws-num">{place(at)}</td>
              {curves.map(one => (
                <td key={one.series} className="jp-mlws-num">
                  {one.values[i] === null ? '' : valueOf(name, one.values[i])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LegendRow({
  name,
  curve: { name: run, series, values },
  x,
  cursor
}: {
  readonly name: string;
  readonly curve: ICurve;
  readonly x: readonly number[];
  readonly cursor: number | null;
}): JSX.Element {
  const last = lastOf(values);
  const here = cursor === null ? null : before(values, cursor);
  return (
    <tr>
      <td>
        <i className={`jp-mlws-swatch jp-mlws-series-${series}`} />
      </td>
      <td className="jp-mlws-cut" title={run}>
        {run}
      </td>
      <td className="jp-mlws-num jp-mlws-strong">
        {here === null ? '' : valueOf(name, values[here])}
      </td>
      <td className="jp-mlws-num jp-mlws-muted">
        {last === null ? '' : `${place(x[last])}: ${valueOf(name, values[last])}`}
      </td>
    </tr>
  );
}

function curve(
  name: string,
  i: number,
  column: readonly (number | null)[],
  weight: number
): ICurve {
  return weight === 0
    ? { name, series: i + 1, values: column }
    : { name, series: i + 1, values: smooth(column, weight), raw: column };
}

/** A run that never logged the metric has an empty chart. */
async function chartOf(settings: Settings, id: string, name: string) {
  try {
    return await getChart(settings, id, name, BUCKETS);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) {
      return { run_id: id, name, n: 0, steps: [], at: [], values: [], low: [], high: [] };
    }
    throw error;
  }
}

function amountOf(name: string): Amount {
  if (name.endsWith('_percent')) {
    return 'share';
  }
  return name.endsWith('_bytes') ? 'amount' : 'any';
}

/** A number that changes at most every few seconds. */
function useCalm(n: number): number {
  const [calm, setCalm] = React.useState(n);
  const latest = React.useRef(n);
  latest.current = n;
  React.useEffect(() => {
    const timer = window.setInterval(() => setCalm(latest.current), CALM_MS);
    return () => window.clearInterval(timer);
  }, []);
  return calm;
}

function lastOf(values: readonly (number | null)[]): number | null {
  for (let i = values.length - 1; i >= 0; i--) {
    if (values[i] !== null) {
      return i;
    }
  }
  return null;
}

/** The last value at or before a place. */
function before(values: readonly (number | null)[], at: number): number | null {
  for (let i = Math.min(at, values.length - 1); i >= 0; i--) {
    if (values[i] !== null) {
      return i;
    }
  }
  return null;
}

function place(x: number): string {
  return x > 1e9 ? new Date(x * 1000).toLocaleTimeString('en-GB') : count(x);
}
