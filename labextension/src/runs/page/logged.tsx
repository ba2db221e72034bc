/** What a run logged that is no curve: a text, rows, a table, an image. */
import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Point, Series } from '../../api/records';
import type { Settings } from '../../api/request';
import { fileLink, getSeries } from '../../api/runs';
import { IconButton, Link } from '../../ui/button';
import { CopyButton } from '../../ui/copy';
import { count, figure, heard } from '../../ui/format';
import { Notice, Skeleton } from '../../ui/notice';
import { sentence } from '../../api/request';
import { useTrans } from '../../ui/trans';
import { useLoaded } from '../../ui/useLoaded';
import { columnsOf, pathOf, rowsOf, type ITable } from '../tables';

const ROWS = 100;

export interface ILoggedProps {
  readonly settings: Settings;
  readonly series: Series;
  readonly onOpenOutputs: () => void;
}

/** The card of a series. All its values are read; the newest is shown first. */
export function LoggedCard(props: ILoggedProps): JSX.Element {
  const { settings, series } = props;
  const { run_id, name, n } = series;
  const loaded = useLoaded(() => getSeries(settings, run_id, name), [settings, run_id, name, n]);
  const points = loaded.value?.points ?? [];
  const [back, setBack] = React.useState(0);
  const at = Math.max(0, points.length - 1 - back);
  const steps = series.kind !== 'row' && points.length > 1;
  return (
    <div className="jp-mlws-box jp-mlws-chart jp-mlws-logged">
      <div className="jp-mlws-chart-head">
        <span className="jp-mlws-strong jp-mlws-cut" title={name}>
          {name}
        </span>
        {points[at] && steps && <Stepper points={points} at={at} back={back} onBack={setBack} />}
      </div>
      {loaded.error !== null && <Notice tone="bad" title={sentence(loaded.error)} />}
      {!loaded.value && loaded.error === null && <Skeleton rows={3} />}
      {points[at] && <Body {...props} points={points} point={points[at]} />}
    </div>
  );
}

function Stepper({
  points,
  at,
  back,
  onBack
}: {
  readonly points: readonly Point[];
  readonly at: number;
  readonly back: number;
  readonly onBack: (back: number) => void;
}): JSX.Element {
  const trans = useTrans();
  return (
    <span className="jp-mlws-end jp-mlws-row jp-mlws-small jp-mlws-muted">
      {trans.__('step %1', count(points[at].step ?? at))}
      <IconButton
        small
        label={trans.__('The one before')}
        icon={caretDownIcon}
        onClick={() => onBack(Math.min(points.length - 1, back + 1))}
      />
      <IconButton
        small
        label={trans.__('The next one')}
        icon={caretUpIcon}
        onClick={() => onBack(Math.max(0, back - 1))}
      />
    </span>
  );
}

interface IBodyProps extends ILoggedProps {
  readonly points: readonly Point[];
  readonly point: Point;
}

function Body({ settings, series, points, point, onOpenOutputs }: IBodyProps): JSX.Element {
  const trans = useTrans();
  const path = pathOf(point.value);
  if (path !== null && series.kind === 'image') {
    return (
      <a
        className="jp-mlws-logged-image"
        href={fileLink(settings, series.run_id, path)}
        target="_blank"
        rel="noopener noreferrer"
      >
        <img src={fileLink(settings, series.run_id, path)} alt={series.name} loading="lazy" />
      </a>
    );
  }
  if (path !== null) {
    return (
      <p className="jp-mlws-logged-text">
        {trans.__('It is large, and kept as a file:')} <Link onClick={onOpenOutputs}>{path}</Link>
      </p>
    );
  }
  switch (series.kind) {
    case 'row':
      return <Table table={rowsOf(points.map(one => one.value))} />;
    case 'table':
      return <Table table={columnsOf(point.value)} />;
    default:
      return (
        <p className="jp-mlws-logged-text">
          <span>{figure(point.value)}</span>
          <CopyButton text={String(point.value)} />
        </p>
      );
  }
}

function Table({ table: { head, rows } }: { readonly table: ITable }): JSX.Element {
  const trans = useTrans();
  const more = rows.length - ROWS;
  const words = (cell: unknown) => (cell === undefined ? '' : figure(cell));
  const place = (cell: unknown) => (heard(cell) === null ? '' : 'jp-mlws-num');
  return (
    <div className="jp-mlws-logged-table" tabIndex={0}>
      <table className="jp-mlws-table">
        <thead>
          <tr>
            {head.map((name, k) => (
              <th key={name} className={place(rows[0]?.[k])}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS).map((row, i) => (
            <tr key={i}>
              {row.map((cell, k) => (
                <td key={k} className={place(cell)}>
                  {words(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <p className="jp-mlws-muted jp-mlws-small">
          {trans.__('%1 more rows are not shown', count(more))}
        </p>
      )}
    </div>
  );
}
