/** The head of a run's page: state, name, what to do, and the facts in one line. */
import { editIcon, redoIcon, stopIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { sentence } from '../../api/request';
import { Button, IconButton, Link } from '../../ui/button';
import { ConfirmInline } from '../../ui/confirm';
import { CopyButton } from '../../ui/copy';
import { duration, elapsed, moment, roughly } from '../../ui/format';
import { modelIcon } from '../../ui/icons';
import { Notice } from '../../ui/notice';
import { StateBadge } from '../../ui/state';
import { useTrans } from '../../ui/trans';
import { ago, left, over, progressWords, repeatable, shown, title, took } from '../sentences';
import type { ITabProps } from './tab';

export function RunHead(props: ITabProps): JSX.Element {
  const { model, run } = props;
  const trans = useTrans();
  const [renames, setRenames] = React.useState(false);
  const [error, setError] = React.useState<unknown>(null);
  const told = (what: Promise<unknown>) => void what.then(() => setError(null), setError);
  return (
    <div className="jp-mlws-page-head">
      <div className="jp-mlws-page-title">
        <StateBadge state={shown(run)} />
        {renames ? (
          <Rename
            name={title(run)}
            onDone={name => {
              setRenames(false);
              if (name && name !== title(run)) {
                told(model.patch({ name }));
              }
            }}
          />
        ) : (
          <>
            <h1 className="jp-mlws-cut" title={title(run)}>
              {title(run)}
            </h1>
            <IconButton
              label={trans.__('Rename')}
              icon={editIcon}
              onClick={() => setRenames(true)}
            />
          </>
        )}
        <Actions {...props} told={told} />
      </div>
      <Facts {...props} />
      {error !== null && <Notice tone="bad" glyph="Failed" title={sentence(error)} />}
    </div>
  );
}

function Actions({
  model,
  run,
  now,
  links,
  told
}: ITabProps & { readonly told: (what: Promise<unknown>) => void }): JSX.Element {
  const trans = useTrans();
  const [asks, setAsks] = React.useState(false);
  const time = took(run, now);
  if (asks) {
    return (
      <ConfirmInline
        question={time === null ? trans.__('Cancel?') : trans.__('Cancel after %1?', roughly(time))}
        verb={trans.__('Cancel run')}
        onNo={() => setAsks(false)}
        onYes={() => {
          setAsks(false);
          told(model.cancel());
        }}
      />
    );
  }
  return (
    <span className="jp-mlws-end jp-mlws-row jp-mlws-gap8">
      {!over(run) && run.state !== 'CancelRequested' && (
        <Button label={trans.__('Cancel')} icon={stopIcon} onClick={() => setAsks(true)} />
      )}
      {repeatable(run) && (
        <Button
          label={trans.__('Run again')}
          icon={redoIcon}
          kind={run.state === 'Failed' ? 'primary' : 'plain'}
          onClick={() => told(model.again().then(links.openRun))}
        />
      )}
      {links.register && run.state !== 'Failed' && (
        <Button
          label={trans.__('Register model')}
          icon={modelIcon}
          kind={run.state === 'Completed' ? 'primary' : 'plain'}
          disabled={!over(run) || run.outputs.length === 0}
          title={over(run) ? undefined : trans.__('Available when the run has ended')}
          onClick={() => links.register?.(run.id)}
        />
      )}
    </span>
  );
}

function Rename({
  name,
  onDone
}: {
  readonly name: string;
  readonly onDone: (name: string | null) => void;
}): JSX.Element {
  const trans = useTrans();
  const [typed, setTyped] = React.useState(name);
  return (
    <input
      className="jp-mlws-field jp-mlws-rename"
      value={typed}
      autoFocus
      aria-label={trans.__('Name of the run')}
      onChange={event => setTyped(event.target.value)}
      onBlur={() => onDone(typed.trim())}
      onKeyDown={event => {
        if (event.key === 'Enter') {
          onDone(typed.trim());
        } else if (event.key === 'Escape') {
          onDone(null);
        }
      }}
    />
  );
}

function Facts({ model, run, now, links }: ITabProps): JSX.Element {
  const trans = useTrans();
  const time = took(run, now);
  const rest = left(run, now);
  const words = over(run) ? null : progressWords(run, trans);
  return (
    <div className="jp-mlws-page-facts">
      <span className="jp-mlws-strong">{run.experiment}</span>
      {model.parent && (
        <Fact label={trans.__('child of')}>
          <Link onClick={() => links.openRun(run.parent_id ?? '')}>{title(model.parent)}</Link>
        </Fact>
      )}
      <Fact label={trans.__('on')}>
        {links.openTarget ? (
          <Link onClick={() => links.openTarget?.(run.target)}>{run.target}</Link>
        ) : (
          run.target
        )}
      </Fact>
      {run.started_at && (
        <Fact label={trans.__('started')}>
          <span title={moment(run.started_at)}>{ago(run.started_at, now, trans)}</span>
        </Fact>
      )}
      {time !== null && <Fact label={timeWord(run.state, trans)}>{timeOf(time, over(run))}</Fact>}
      {words && <span className="jp-mlws-tone-run jp-mlws-strong">{words}</span>}
      {rest !== null && !over(run) && (
        <Fact label={trans.__('left')}>{trans.__('about %1', roughly(rest))}</Fact>
      )}
      {run.attempt > 1 && (
        <Fact label={trans.__('attempt')}>
          {trans.__('%1 of %2', run.attempt, run.spec.retries + 1)}
        </Fact>
      )}
      <Fact label={trans.__('by')}>{run.created_by}</Fact>
      <span className="jp-mlws-muted jp-mlws-mono" title={run.id}>
        {`${run.experiment}-${run.number}`}
        <CopyButton text={run.id} label={trans.__('Copy the id')} />
      </span>
    </div>
  );
}

function timeWord(state: string, trans: ReturnType<typeof useTrans>): string {
  switch (state) {
    case 'Failed':
      return trans.__('failed after');
    case 'Canceled':
      return trans.__('canceled after');
    case 'Completed':
      return trans.__('took');
    default:
      return trans.__('for');
  }
}

function timeOf(seconds: number, ended: boolean): string {
  return ended ? duration(seconds) : elapsed(seconds);
}

function Fact({
  label,
  children
}: {
  readonly label: string;
  readonly children: React.ReactNode;
}): JSX.Element {
  return (
    <span>
      <span className="jp-mlws-muted">{label}</span>
      {children}
    </span>
  );
}
