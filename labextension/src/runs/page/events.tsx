/** What happened to a run, oldest first: a sentence for each change of state. */
import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Move, Run } from '../../api/records';
import { Button } from '../../ui/button';
import { Copied, useCopy } from '../../ui/copy';
import { clock, duration, moment } from '../../ui/format';
import { StateBadge } from '../../ui/state';
import { look, type Tone } from '../../ui/states';
import { useTrans } from '../../ui/trans';
import { over } from '../sentences';
import type { ITabProps } from './tab';

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
          <tbody>
            {moves.map((move, i) => (
              <MoveRow key={move.seq} move={move} before={moves[i - 1]} run={run} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function MoveRow({
  move,
  before,
  run
}: {
  readonly move: Move;
  readonly before: Move | undefined;
  readonly run: Run;
}): JSX.Element {
  const trans = useTrans();
  const after = before && (Date.parse(move.at) - Date.parse(before.at)) / 1000;
  return (
    <tr>
      <td title={moment(move.at)}>{clock(move.at)}</td>
      <td className="jp-mlws-num jp-mlws-muted">{after !== undefined && duration(after)}</td>
      <td>
        <StateBadge state={move.to} />
      </td>
      <td className="jp-mlws-wrap">{move.sentence ?? meaning(move, run, trans)}</td>
    </tr>
  );
}

/** What a state means, where nothing else was said of the change. */
function meaning(move: Move, run: Run, trans: ReturnType<typeof useTrans>): string {
  switch (move.to) {
    case 'Queued':
      return move.from === null
        ? trans.__('Created by %1', run.created_by)
        : trans.__('Waits for another attempt');
    case 'Preparing':
      return trans.__('Its files and its environment are laid out on %1', run.target);
    case 'Starting':
      return trans.__('Its process is started on %1', run.target);
    case 'Running':
      return trans.__('Its command runs');
    case 'CancelRequested':
      return trans.__('It was asked to stop');
    case 'Finalizing':
      return trans.__('Its outputs are collected');
    case 'Completed':
      return trans.__('It ended with exit code 0');
    case 'Failed':
      return run.reason ?? trans.__('It failed');
    default:
      return trans.__('It was canceled');
  }
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
