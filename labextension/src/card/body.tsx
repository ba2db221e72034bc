/** The body of a run's card: figures, log, foot. */
import * as React from 'react';

import type { RunDetail } from '../api/records';
import { fileLink } from '../api/runs';
import { over } from '../runs/sentences';
import { errorAt, traceback } from '../runs/traceback';
import { Link } from '../ui/button';
import { textOf } from '../ui/ansi';
import { bytes, clock, count } from '../ui/format';
import { LogText } from '../ui/logLine';
import { Sparkline } from '../ui/sparkline';
import { useTrans } from '../ui/trans';
import type { CardModel } from './model';
import { tiles } from '../runs/tiles';

const LIVE_LINES = 5;
const TRACE_LINES = 6;
const OUTPUTS = 2;

interface IBodyProps {
  readonly model: CardModel;
  readonly run: RunDetail;
}

export function CardTiles({ model, run }: IBodyProps): JSX.Element | null {
  const shown = tiles(run, model.series, model.workspace.preferences.keyMetrics);
  if (shown.length === 0) {
    return null;
  }
  const live = !over(run);
  return (
    <div className="jp-mlws-card-tiles">
      {shown.map(tile => (
        <div key={tile.name} className="jp-mlws-card-tile">
          <div className="jp-mlws-grow">
            <div className="jp-mlws-tile-name jp-mlws-cut" title={tile.name}>
              {tile.name}
            </div>
            <div className="jp-mlws-card-value">{tile.value}</div>
          </div>
          <Sparkline points={tile.points} width={88} height={32} live={live} />
        </div>
      ))}
    </div>
  );
}

export function CardLog({ model, run }: IBodyProps): JSX.Element | null {
  const trans = useTrans();
  const failed = run.state === 'Failed';
  const shown = failed ? traceback(model.lines, TRACE_LINES) : model.lines.slice(-LIVE_LINES);
  if (shown.length === 0) {
    return over(run) ? null : (
      <div className="jp-mlws-log jp-mlws-card-log jp-mlws-muted">
        {trans.__('log appears here')}
      </div>
    );
  }
  const error = errorAt(shown.map(textOf));
  return (
    <div
      className={`jp-mlws-log jp-mlws-card-log ${failed ? 'jp-mod-failed' : ''}`}
      role="log"
      aria-live="off"
      aria-label={trans.__('Last lines of the log')}
    >
      {shown.map((line, i) => (
        <div
          key={i}
          className={`jp-mlws-log-line ${failed && i >= error ? 'jp-mlws-ansi-red' : ''}`}
          title={textOf(line)}
        >
          <LogText line={line} />
        </div>
      ))}
    </div>
  );
}

export function CardFoot({
  model,
  run,
  onOpen
}: IBodyProps & { readonly onOpen: (tab?: string) => void }): JSX.Element | null {
  const trans = useTrans();
  if (!run.started_at) {
    return null;
  }
  const log = model.logBytes > 0 && (
    <Link onClick={() => onOpen('log')}>{trans.__('log, %1', bytes(model.logBytes))}</Link>
  );
  const ended = run.ended_at && trans.__('ended %1', clock(run.ended_at));
  return (
    <div className="jp-mlws-card-foot">
      {over(run) ? (
        <Outputs model={model} run={run} onOpen={onOpen} />
      ) : (
        <Rest model={model} run={run} />
      )}
      <span className="jp-mlws-end jp-mlws-row jp-mlws-gap8">
        {ended && <span>{ended}</span>}
        {log}
      </span>
    </div>
  );
}

function Rest({ model, run }: IBodyProps): JSX.Element {
  const trans = useTrans();
  const more = Math.max(0, model.series.filter(one => one.kind === 'scalar').length - 4);
  const words = [
    more > 0 && trans._n('%1 more metric', '%1 more metrics', more),
    run.outputs.length > 0 && trans._n('%1 output', '%1 outputs', run.outputs.length)
  ].filter(Boolean);
  return <span>{words.join(', ')}</span>;
}

function Outputs({
  model,
  run,
  onOpen
}: IBodyProps & { readonly onOpen: (tab?: string) => void }): JSX.Element {
  const trans = useTrans();
  const { outputs } = run;
  const more = outputs.length - OUTPUTS;
  if (outputs.length === 0) {
    return <span>{trans.__('no outputs')}</span>;
  }
  return (
    <span className="jp-mlws-cut">
      {trans.__('outputs:')}{' '}
      {outputs.slice(0, OUTPUTS).map((file, i) => (
        <React.Fragment key={file.path}>
          {i > 0 && ', '}
          <a
            href={fileLink(model.workspace.settings, run.id, file.path)}
            target="_blank"
            rel="noreferrer"
          >
            {file.path.replace(/^outputs\//, '')}
          </a>{' '}
          {bytes(file.size_bytes)}
        </React.Fragment>
      ))}
      {more > 0 && (
        <>
          {', '}
          <Link onClick={() => onOpen('outputs')}>{trans.__('%1 more', count(more))}</Link>
        </>
      )}
    </span>
  );
}
