/** The live card of a run: state, progress, four figures, the log's last lines. */
import { launchIcon, redoIcon, stopIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { RunDetail } from '../api/records';
import {
  bare,
  headTime,
  left,
  over,
  progressWords,
  share,
  shown,
  title,
  took,
  waits
} from '../runs/sentences';
import { Button } from '../ui/button';
import { ConfirmInline } from '../ui/confirm';
import { Dotted } from '../ui/ellipsis';
import { clock, roughly } from '../ui/format';
import { logIcon, modelIcon } from '../ui/icons';
import { Bar } from '../ui/meter';
import { Bone, Notice } from '../ui/notice';
import { StateBadge } from '../ui/state';
import { useTrans } from '../ui/trans';
import { useLate, useNow, useSignal } from '../ui/useSignal';
import { CardFoot, CardLog, CardTiles } from './body';
import type { CardModel } from './model';

/** What the notebook holds of a run: enough for a head before the server answers. */
export interface IKept {
  readonly id: string;
  readonly workspace?: string | null;
  readonly label?: string;
  readonly name?: string | null;
  readonly state?: string;
  readonly target?: string;
}

export interface IRunCardProps {
  readonly model: CardModel;
  readonly kept: IKept;
  readonly onOpen: (tab?: string) => void;
  readonly onRegister: ((run: RunDetail) => void) | null;
}

export function RunCard(props: IRunCardProps): JSX.Element {
  const { model, kept } = props;
  const trans = useTrans();
  useSignal(model.changed);
  useSignal(model.workspace.changed);
  const { run } = model;
  const now = useNow(run && !over(run) ? 1000 : 60_000);
  const info = model.workspace.info;
  if (!run && info && kept.workspace && kept.workspace !== info.id && model.gone) {
    return <Unknown kept={kept} words={trans.__('It belongs to another workspace.')} />;
  }
  if (model.gone) {
    return <Unknown kept={kept} words={trans.__('It was deleted from this workspace.')} />;
  }
  if (!run) {
    return <Unread kept={kept} model={model} />;
  }
  return (
    <div className="jp-mlws-card" role="group" aria-label={trans.__('Run %1', title(run))}>
      <Head {...props} run={run} now={now} />
      {shown(run) === 'Running' && <ProgressLine run={run} now={now} />}
      <Reason {...props} run={run} now={now} />
      {run.started_at && run.state !== 'Failed' && <CardTiles model={model} run={run} />}
      {showsLog(run) && <CardLog model={model} run={run} />}
      <CardFoot model={model} run={run} onOpen={props.onOpen} />
    </div>
  );
}

function showsLog(run: RunDetail): boolean {
  return shown(run) !== 'NotResponding' && run.state !== 'Completed' && Boolean(run.started_at);
}

interface IPartProps extends IRunCardProps {
  readonly run: RunDetail;
  readonly now: number;
}

function Head(props: IPartProps): JSX.Element {
  const { run, now, onOpen, model } = props;
  const trans = useTrans();
  const [asks, setAsks] = React.useState(false);
  const time = took(run, now);
  return (
    <div className="jp-mlws-card-head">
      <StateBadge state={shown(run)} />
      <button type="button" className="jp-mlws-card-name jp-mlws-cut" onClick={() => onOpen()}>
        {title(run)}
      </button>
      <span className="jp-mlws-card-meta jp-mlws-muted jp-mlws-cut">
        <Dotted
          parts={[run.experiment, trans.__('on %1', run.target), headTime(run, now, trans)]}
        />
      </span>
      {asks ? (
        <ConfirmInline
          question={
            time === null ? trans.__('Cancel?') : trans.__('Cancel after %1?', roughly(time))
          }
          verb={trans.__('Cancel run')}
          onNo={() => setAsks(false)}
          onYes={() => {
            setAsks(false);
            void model.cancel().catch(error => console.warn('Not canceled:', error));
          }}
        />
      ) : (
        <Actions {...props} onAsk={() => setAsks(true)} />
      )}
    </div>
  );
}

function Actions({ run, model, onOpen, onRegister, onAsk }: IPartProps & { onAsk: () => void }) {
  const trans = useTrans();
  const [sent, setSent] = React.useState(false);
  const again = () => {
    setSent(true);
    model.again().catch(error => console.warn('Not submitted:', error));
  };
  return (
    <span className="jp-mlws-card-acts">
      {!over(run) && run.state !== 'CancelRequested' && (
        <Button label={trans.__('Cancel')} icon={stopIcon} onClick={onAsk} />
      )}
      {run.state === 'Failed' && (
        <Button label={trans.__('Open log')} icon={logIcon} onClick={() => onOpen('log')} />
      )}
      {over(run) && (
        <Button
          label={sent ? trans.__('Submitted') : trans.__('Run again')}
          icon={redoIcon}
          kind={run.state === 'Failed' ? 'primary' : 'plain'}
          disabled={sent}
          onClick={again}
        />
      )}
      {run.state === 'Completed' && onRegister && run.outputs.length > 0 && (
        <Button
          label={trans.__('Register model')}
          icon={modelIcon}
          onClick={() => onRegister(run)}
        />
      )}
      <Button label={trans.__('Open')} icon={launchIcon} onClick={() => onOpen()} />
    </span>
  );
}

function ProgressLine({ run, now }: { readonly run: RunDetail; readonly now: number }) {
  const trans = useTrans();
  const done = share(run);
  if (done === null) {
    return null;
  }
  const rest = left(run, now);
  const words = [
    progressWords(run, trans),
    rest !== null && trans.__('about %1 left', roughly(rest))
  ].filter(Boolean);
  return (
    <div className="jp-mlws-card-progress">
      <Bar value={done} label={words.join(', ')} />
      <span className="jp-mlws-nowrap">{words.join(', ')}</span>
    </div>
  );
}

/** Why it waits, why it failed, or that nobody heard of it for a while. */
function Reason({ run, now }: IPartProps): JSX.Element | null {
  const trans = useTrans();
  if (shown(run) === 'NotResponding') {
    const since = run.not_responding_since ?? '';
    const minutes = roughly((now - Date.parse(since)) / 1000);
    return (
      <Notice
        tone="warn"
        title={trans.__(
          'No contact with %1 for %2. The run may well be going on',
          run.target,
          minutes
        )}
      >
        {trans.__('Last seen %1.', clock(since))}
        {run.deadline_at && ` ${trans.__('It counts as lost at %1.', clock(run.deadline_at))}`}
      </Notice>
    );
  }
  if (waits(run)) {
    return (
      <Notice
        tone="wait"
        title={bare(run.reason ?? trans.__('Waits for a slot on %1', run.target))}
      />
    );
  }
  if (run.state === 'Failed') {
    return (
      <Notice tone="bad" title={run.reason ?? trans.__('The run failed')}>
        {run.exit_code !== null && trans.__('Exit code %1', run.exit_code)}
        {run.signal !== null && trans.__('Ended by signal %1', run.signal)}
      </Notice>
    );
  }
  return null;
}

function KeptHead({ kept, state }: { readonly kept: IKept; readonly state: string }) {
  const trans = useTrans();
  return (
    <div className="jp-mlws-card-head">
      <StateBadge state={state} />
      <span className="jp-mlws-strong jp-mlws-cut">{kept.name || kept.label || kept.id}</span>
      {kept.target && (
        <span className="jp-mlws-card-meta jp-mlws-muted jp-mlws-cut">
          {trans.__('on %1', kept.target)}
        </span>
      )}
    </div>
  );
}

/** Before the first answer: the height of a running card, so that nothing moves. */
function Unread({ kept, model }: { readonly kept: IKept; readonly model: CardModel }) {
  const trans = useTrans();
  const late = useLate();
  const { standing } = model.workspace;
  if (standing === 'away' || standing === 'missing') {
    return (
      <div className="jp-mlws-card">
        <KeptHead kept={kept} state={kept.state ?? 'NotStarted'} />
        <Notice tone="warn" title={trans.__('The Jupyter server does not answer')}>
          {trans.__('Shown as the notebook last knew it. The run goes on without it.')}
        </Notice>
      </div>
    );
  }
  return (
    <div className="jp-mlws-card jp-mlws-card-unread" aria-busy="true">
      <KeptHead kept={kept} state={kept.state ?? 'NotStarted'} />
      {late && (
        <div className="jp-mlws-card-tiles">
          {[52, 44, 60, 36].map(width => (
            <div key={width} className="jp-mlws-card-tile">
              <Bone width={width} />
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function Unknown({ kept, words }: { readonly kept: IKept; readonly words: string }) {
  const trans = useTrans();
  return (
    <div className="jp-mlws-card">
      <KeptHead kept={kept} state={kept.state ?? 'NotStarted'} />
      <Notice tone="off" title={trans.__('This run is not here')}>
        {words}
      </Notice>
    </div>
  );
}
