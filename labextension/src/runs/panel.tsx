/** The section of runs: the filter and the tree, or why there is none. */
import * as React from 'react';

import type { IWorkspace } from '../tokens';
import { Snippet } from '../ui/copy';
import { FilterBox } from '../ui/filter';
import { EmptyState, ErrorState, NothingFound } from '../ui/notice';
import { Link } from '../ui/button';
import { useTrans } from '../ui/trans';
import { useLate, useNow, useSignal } from '../ui/useSignal';
import type { RunsModel } from './model';
import { lay, type IGroup } from './rows';
import { RunTree, type IRunTreeActions } from './tree';
import { nearest, parse } from './words';

export interface IRunsPanelProps extends Pick<
  IRunTreeActions,
  'onOpen' | 'onCancel' | 'onAgain' | 'onDelete' | 'onRename'
> {
  readonly model: RunsModel;
  readonly workspace: IWorkspace;
  /** Names of the targets, to guess what a mistyped one meant. */
  readonly targets: () => readonly string[];
}

export function RunsPanel(props: IRunsPanelProps): JSX.Element {
  const { model, workspace } = props;
  const trans = useTrans();
  useSignal(model.changed);
  useSignal(workspace.changed);
  const now = useNow(model.active.length ? 5_000 : 20_000);
  const field = React.useRef<HTMLInputElement>(null);
  const tree = React.useRef<HTMLDivElement>(null);
  const { all, found } = model.counts;

  if (workspace.standing === 'none' || (model.ready && !model.error && all === 0)) {
    return <FirstUse />;
  }
  if (model.error && all === 0 && workspace.standing === 'here') {
    return (
      <ErrorState
        title={trans.__('Runs did not load')}
        error={model.error}
        onRetry={() => void model.refresh()}
      />
    );
  }
  return (
    <>
      <div className="jp-mlws-side-filter">
        <FilterBox
          value={model.filter}
          placeholder={trans.__('Filter runs: name, state, target, tag')}
          fieldRef={field}
          onChange={filter => model.search(filter)}
          onDown={() => tree.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus()}
        />
      </div>
      {found === 0 ? (
        <NoMatch {...props} />
      ) : (
        <RunTree
          rows={lay(model.ready ? model.groups : UNREAD)}
          now={now}
          keyMetrics={workspace.preferences.keyMetrics}
          treeRef={tree}
          onOpen={props.onOpen}
          onCancel={props.onCancel}
          onAgain={props.onAgain}
          front={model.front}
          asking={model.asking}
          onAsk={(id, what) => model.ask(id, what)}
          onDelete={props.onDelete}
          onRename={props.onRename}
          onUnfold={run => model.unfold(run.id)}
          onToggle={name => model.toggle(name)}
          onMore={name => model.more(name)}
          onFilter={() => field.current?.focus()}
        />
      )}
    </>
  );
}

function unread(name: string, n: number): IGroup {
  return { name, experiment: null, open: true, runs: null, n, limit: n, unfolded: null };
}

const UNREAD: readonly IGroup[] = [unread(' ', 5), unread('  ', 6)];

function FirstUse(): JSX.Element | null {
  const trans = useTrans();
  return useLate() ? (
    <EmptyState title={trans.__('No runs yet')}>
      <p>{trans.__('Put %1 on the first line of a cell, then run the cell:', '%%submit')}</p>
      <Snippet code={'%%submit\nprint("Hello")'} />
      <p>{trans.__('or send a script:')}</p>
      <Snippet code="%submit train.py" />
      <p>
        {trans.__(
          'It runs on this computer, outside the kernel, with the files of the notebook’s folder.'
        )}
      </p>
    </EmptyState>
  ) : null;
}

function NoMatch({ model, targets }: IRunsPanelProps): JSX.Element {
  const trans = useTrans();
  const known = targets();
  const wrong = parse(model.filter).targets.find(name => known.length && !known.includes(name));
  const meant = wrong && nearest(wrong, known);
  return (
    <NothingFound title={trans.__('No run matches')} onClear={() => model.search('')}>
      {wrong && (
        <>
          {trans.__('There is no target %1.', wrong)}{' '}
          {meant && (
            <>
              {trans.__('Did you mean')}{' '}
              <Link
                onClick={() =>
                  model.search(model.filter.replace(`target:${wrong}`, `target:${meant}`))
                }
              >
                {meant}
              </Link>
              ?
            </>
          )}
        </>
      )}
    </NothingFound>
  );
}
