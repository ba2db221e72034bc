/** The rows of the list of runs: groups, runs, "N more". */
import {
  caretDownIcon,
  caretRightIcon,
  launchIcon,
  redoIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Run } from '../api/records';
import { Icon, IconButton } from '../ui/button';
import { ConfirmInline } from '../ui/confirm';
import { Dotted, MidEllipsis } from '../ui/ellipsis';
import { count, figure, roughly } from '../ui/format';
import { Bar } from '../ui/meter';
import { Bone } from '../ui/notice';
import { Sparkline } from '../ui/sparkline';
import { StateGlyph } from '../ui/state';
import { useTrans } from '../ui/trans';
import type { Asked } from './model';
import type { IGroup } from './rows';
import { keyFigure, over, repeatable, secondLine, share, shown, title, took } from './sentences';

export interface IRunRowProps {
  readonly run: Run;
  readonly now: number;
  readonly keyMetrics: readonly string[];
  readonly asks: Asked | null;
  /** Its children, where it has some. */
  readonly family: { readonly n: number; readonly open: boolean } | null;
  readonly onUnfold: () => void;
  readonly onOpen: () => void;
  readonly onAsk: () => void;
  readonly onKeep: () => void;
  readonly onCancel: () => void;
  readonly onDelete: () => void;
  readonly onRename: (name: string) => void;
  readonly onAgain: () => void;
}

export function RunRow(props: IRunRowProps): JSX.Element {
  const { run, now, asks, family } = props;
  const value = keyFigure(run, props.keyMetrics);
  const done = run.state === 'Running' ? share(run) : null;
  return (
    <>
      {family && <Unfold {...props} />}
      <StateGlyph state={shown(run)} />
      {asks === 'rename' ? (
        <RenameField {...props} />
      ) : (
        <MidEllipsis text={title(run)} strong={run.state === 'Failed'} />
      )}
      {asks === 'cancel' || asks === 'delete' ? (
        <Ask {...props} />
      ) : (
        <span className="jp-mlws-run-figure">
          {run.curve && <RunSpark run={run} />}
          {value !== undefined && <span className="jp-mlws-num">{figure(value, 3)}</span>}
        </span>
      )}
      <SecondLine run={run} now={now} />
      {done !== null && (
        <span className="jp-mlws-run-progress">
          <Bar value={done} thin />
        </span>
      )}
      {!asks && <RunActions {...props} />}
    </>
  );
}

function RunSpark({ run }: { readonly run: Run }): JSX.Element {
  const quiet = run.state === 'Canceled' || run.state === 'Failed';
  const live = run.state === 'Running';
  return <Sparkline points={run.curve?.points ?? []} quiet={quiet} live={live} />;
}

function SecondLine({ run, now }: { readonly run: Run; readonly now: number }): JSX.Element {
  const trans = useTrans();
  const { lead, parts, more } = secondLine(run, now, trans);
  const said = lead && (
    <span key="lead" className={`jp-mlws-tone-${lead.tone}`}>
      {lead.text}
    </span>
  );
  return (
    <span
      className="jp-mlws-run-line jp-mlws-cut"
      title={[lead?.text, ...parts, more].filter(Boolean).join(' · ')}
    >
      <Dotted parts={[said, ...parts]} />
      {more && <span className="jp-mlws-opt"> · {more}</span>}
    </span>
  );
}

function RunActions({ run, onOpen, onAsk, onAgain }: IRunRowProps): JSX.Element {
  const trans = useTrans();
  const act = (what: () => void) => (event: React.MouseEvent) => {
    event.stopPropagation();
    what();
  };
  return (
    <span className="jp-mlws-run-acts">
      {over(run) && !repeatable(run) ? null : over(run) ? (
        <IconButton
          label={trans.__('Run again')}
          icon={redoIcon}
          small
          tabIndex={-1}
          onClick={act(onAgain)}
        />
      ) : (
        <IconButton
          label={trans.__('Cancel')}
          icon={stopIcon}
          small
          tabIndex={-1}
          onClick={act(onAsk)}
        />
      )}
      <IconButton
        label={trans.__('Open')}
        icon={launchIcon}
        small
        tabIndex={-1}
        onClick={act(onOpen)}
      />
    </span>
  );
}

function Ask({ run, now, asks, onCancel, onDelete, onKeep }: IRunRowProps): JSX.Element {
  const trans = useTrans();
  const time = took(run, now);
  if (asks === 'delete') {
    return (
      <ConfirmInline
        question={trans.__('Delete?')}
        verb={trans.__('Delete run')}
        onYes={onDelete}
        onNo={onKeep}
      />
    );
  }
  return (
    <ConfirmInline
      question={time === null ? trans.__('Cancel?') : trans.__('Cancel after %1?', roughly(time))}
      verb={trans.__('Cancel run')}
      onYes={onCancel}
      onNo={onKeep}
    />
  );
}

/** Enter and a click elsewhere keep what was typed; Escape does not. */
function RenameField({ run, onRename, onKeep }: IRunRowProps): JSX.Element {
  const trans = useTrans();
  const [typed, setTyped] = React.useState(title(run));
  const take = () =>
    typed.trim() && typed.trim() !== title(run) ? onRename(typed.trim()) : onKeep();
  return (
    <input
      className="jp-mlws-field jp-mlws-run-name"
      value={typed}
      autoFocus
      aria-label={trans.__('Name of the run')}
      onFocus={event => event.target.select()}
      onClick={event => event.stopPropagation()}
      onChange={event => setTyped(event.target.value)}
      onBlur={take}
      onKeyDown={event => {
        event.stopPropagation();
        if (event.key === 'Enter') {
          take();
        } else if (event.key === 'Escape') {
          onKeep();
        }
      }}
    />
  );
}

function Unfold({ family, onUnfold }: IRunRowProps): JSX.Element {
  const trans = useTrans();
  const n = family?.n ?? 0;
  return (
    <span
      className="jp-mlws-run-unfold"
      title={trans._n('%1 child run', '%1 child runs', n)}
      onClick={event => {
        event.stopPropagation();
        onUnfold();
      }}
    >
      <Icon icon={family?.open ? caretDownIcon : caretRightIcon} />
    </span>
  );
}

export function GroupRow({ group }: { readonly group: IGroup }): JSX.Element {
  const experiment = group.experiment;
  return (
    <>
      <Icon icon={group.open ? caretDownIcon : caretRightIcon} />
      {group.name.trim() ? (
        <>
          <span className="jp-mlws-cut" title={group.name}>
            {group.name}
          </span>
          <span className="jp-mlws-n">{count(group.n)}</span>
        </>
      ) : (
        <Bone width={90} />
      )}
      {experiment && (
        <span className="jp-mlws-group-end">
          {experiment.n_failed > 0 && (
            <span className="jp-mlws-tone-bad">
              <StateGlyph state="Failed" />
              {experiment.n_failed}
            </span>
          )}
          {experiment.n_active > 0 && (
            <span className="jp-mlws-tone-run jp-mlws-opt">
              <StateGlyph state="Running" />
              {experiment.n_active}
            </span>
          )}
        </span>
      )}
    </>
  );
}

/** A row where a run will be. */
export function BoneRow({ width }: { readonly width: number }): JSX.Element {
  return (
    <>
      <span className="jp-mlws-glyph">
        <span className="jp-mlws-bone jp-mlws-bone-round" />
      </span>
      <span>
        <Bone width={width} />
      </span>
      <Bone width={34} />
      <span className="jp-mlws-run-line">
        <Bone width={width * 0.7} />
      </span>
    </>
  );
}
