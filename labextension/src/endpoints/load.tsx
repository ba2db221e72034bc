/** The load of an endpoint: requests a second, latency, errors. */
import * as React from 'react';

import type { Traffic } from '../api/records';
import { count, figure, roughly } from '../ui/format';
import { MiniPlot } from '../ui/miniPlot';
import { useTrans } from '../ui/trans';
import type { ILoad } from './model';

export interface ILoadProps {
  readonly traffic: Traffic | null;
  readonly loads: readonly ILoad[];
}

export function LoadTiles({ traffic, loads }: ILoadProps): JSX.Element {
  const trans = useTrans();
  const seen = sinceFirst(loads, trans);
  const n = traffic?.requests ?? 0;
  const rate = n / 60;
  const failed = n && traffic ? (100 * traffic.errors) / n : null;
  return (
    <div className="jp-mlws-box jp-mlws-tiles jp-mlws-loads">
      <Tile
        name={trans.__('Requests a second')}
        value={figure(rate, 3)}
        more={trans.__('%1 in the last min', count(n))}
      >
        <MiniPlot
          curves={[{ values: traffic?.per_second.slice(0, -1) ?? [], color: 1, filled: true }]}
          ticks={[
            [0, trans.__('60 s ago')],
            [1, trans.__('now')]
          ]}
          zero
          label={trans.__('Requests a second over the last minute, %1 now', figure(rate, 3))}
        />
      </Tile>
      <Tile
        name={trans.__('Latency, ms')}
        value={ms(traffic?.p50_ms)}
        more={
          n === 0 ? (
            trans.__('no requests')
          ) : (
            <>
              <Swatch series={1} /> {trans.__('p50')}&ensp;
              <b>{ms(traffic?.p95_ms)}</b> <Swatch series={2} /> {trans.__('p95')}
            </>
          )
        }
      >
        <MiniPlot
          curves={[
            { values: loads.map(load => load.p95), color: 2 },
            { values: loads.map(load => load.p50), color: 1 }
          ]}
          ticks={seen}
          zero
          label={trans.__('Latency while this page was open, in milliseconds')}
        />
      </Tile>
      <Tile
        name={trans.__('Errors')}
        value={failed === null ? '–' : `${figure(failed, 2)} %`}
        more={wrong(traffic, trans)}
      >
        <MiniPlot
          curves={[{ values: loads.map(load => load.failed), color: 'bad', filled: true }]}
          ticks={seen}
          zero
          label={trans.__('Percent of requests that failed while this page was open')}
        />
      </Tile>
    </div>
  );
}

function ms(value: number | null | undefined): string {
  return typeof value === 'number' ? figure(value, 2) : '–';
}

function Tile({
  name,
  value,
  more,
  children
}: {
  readonly name: string;
  readonly value: string;
  readonly more: React.ReactNode;
  readonly children: React.ReactNode;
}): JSX.Element {
  return (
    <div className="jp-mlws-tile">
      <div className="jp-mlws-small jp-mlws-muted">{name}</div>
      <div className="jp-mlws-row jp-mlws-gap8">
        <span className="jp-mlws-tile-value">{value}</span>
        <span className="jp-mlws-small jp-mlws-muted jp-mlws-cut">{more}</span>
      </div>
      {children}
    </div>
  );
}

function Swatch({ series }: { readonly series: 1 | 2 }): JSX.Element {
  return <i className={`jp-mlws-swatch jp-mlws-series-${series}`} aria-hidden="true" />;
}

function wrong(traffic: Traffic | null, trans: ReturnType<typeof useTrans>): string {
  const n = traffic?.requests ?? 0;
  const said = trans.__('%1 of %2', count(traffic?.errors ?? 0), count(n));
  return traffic?.refused ? trans.__('%1, and %2 turned away', said, count(traffic.refused)) : said;
}

/** From when the page was opened until now. */
function sinceFirst(
  loads: readonly ILoad[],
  trans: ReturnType<typeof useTrans>
): readonly (readonly [number, string])[] {
  if (loads.length < 2) {
    return [[1, trans.__('now')]];
  }
  const span = (loads[loads.length - 1].at - loads[0].at) / 1000;
  return [
    [0, trans.__('%1 ago', roughly(span))],
    [1, trans.__('now')]
  ];
}
