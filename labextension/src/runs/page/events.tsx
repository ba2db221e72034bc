/** What happened to a run, oldest first: a sentence for each change of state. */
import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Move } from '../../api/records';
import { Button } from '../../ui/button';
import { Copied, useCopy } from '../../ui/copy';
import { clock, duration, moment } from '../../ui/format';
import { StateBadge } from '../../ui/state';
import { look, type Tone } from '../../ui/states';
import { useTrans } from '../../ui/trans';
import { over } from '../sentences';
import type { ITabProps } from './page';

interface IStretch {
  readonly tone: Tone;
  readonly seconds: number;
}

export function EventsTab({ model, run, now }: ITabProps): JSX.Element {
  const trans = useTrans();
  const [copied, copy] = useCopy();
  const { moves } = model;
  const end = over(run) && run.ended_at ? Date.parse(run.ended_at) : now;
  return (
    <>
      <div className="jp-mlws-tools">
        <span className="jp-mlws-muted">{trans.__('Newest last')}</span>
        <span className="jp-mlws-end jp-mlws-row jp-mlws-gap8">
          {copied ? (
            <Copied />
          ) : (
            <Button
              label={trans.__('Copy as JSON')}
              icon={copyIcon}
              kind="quiet"
              onClick={() => copy(JSON.stringify(moves, null, 2))}
            />
          )}
        </span>
      </div>
      <div className="jp-mlws-scroll jp-mlws-pad">
        <StateBar moves={moves} end={end} />
        <table className="jp-mlws-box jp-mlws-table jp-mlws-events">
          <thead>
            <tr>
              <th>{trans.__('At')}</th>
              <th className="jp-mlws-num">{trans.__('After')}</th>
              <th>{trans.__('State')}</th>
              <th>{trans.__('What happened')}</th>
            </tr>
          </thead>
          <tbody>{moves.map((move, i) => row(move, moves[i - 1]))}</tbody>
        </table>
      </div>
    </>
  );
}

function row(move: Move, before: Move | undefined): JSX.Element {
  const after = before && (Date.parse(move.at) - Date.parse(before.at)) / 1000;
  return (
    <tr key={move.seq}>
      <td title={moment(move.at)}>{clock(move.at)}</td>
      <td className="jp-mlws-num jp-mlws-muted">{after !== undefined && duration(after)}</td>
      <td>
        <StateBadge state={move.to} />
      </td>
      <td className="jp-mlws-wrap">{move.sentence}</td>
    </tr>
  );
}

/** The share of time in each state. */
function StateBar({
  moves,
  end
}: {
  readonly moves: readonly Move[];
  readonly end: number;
}): JSX.Element | null {
  const trans = useTrans();
  const stretches = moves.map((move, i): IStretch => {
    const until = moves[i + 1] ? Date.parse(moves[i + 1].at) : end;
    return {
      tone: look(move.to).tone,
      seconds: Math.max(0, (until - Date.parse(move.at)) / 1000)
    };
  });
  const sum = (tone: Tone) =>
    stretches.filter(one => one.tone === tone).reduce((n, one) => n + one.seconds, 0);
  const all = stretches.reduce((n, one) => n + one.seconds, 0);
  if (all === 0) {
    return null;
  }
  const legend: readonly (readonly [Tone, string])[] = [
    ['wait', trans.__('waited %1', duration(sum('wait')))],
    ['run', trans.__('ran %1', duration(sum('run')))]
  ];
  return (
    <>
      <div
        className="jp-mlws-state-bar"
        role="img"
        aria-label={trans.__('Share of time in each state')}
      >
        {stretches.map((one, i) => (
          <i
            key={i}
            className={`jp-mlws-tone-${one.tone}`}
            style={{ width: `${(100 * one.seconds) / all}%` }}
          />
        ))}
      </div>
      <div className="jp-mlws-state-legend">
        <span>{moves[0] && clock(moves[0].at)}</span>
        {legend
          .filter(([tone]) => sum(tone) > 0)
          .map(([tone, words]) => (
            <span key={tone}>
              <i className={`jp-mlws-swatch jp-mlws-tone-${tone}`} />
              {words}
            </span>
          ))}
        <span className="jp-mlws-end">{clock(end)}</span>
      </div>
    </>
  );
}
