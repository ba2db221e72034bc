/** The code that ran: its snapshot, and how it differs from another run's. */
import { downloadIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { FileDiff, Run, SnapshotEntry } from '../../api/records';
import { listRuns } from '../../api/runs';
import {
  diffSnapshots,
  getSnapshot,
  readSnapshotFile,
  snapshotLink,
  zipLink
} from '../../api/snapshots';
import { IconButton } from '../../ui/button';
import { CopyButton } from '../../ui/copy';
import { DiffView } from '../../ui/diff';
import { FileTree } from '../../ui/fileTree';
import { FilterBox } from '../../ui/filter';
import { bytes } from '../../ui/format';
import { EmptyState, ErrorState, Skeleton } from '../../ui/notice';
import { Preview } from '../../ui/preview';
import { useTrans } from '../../ui/trans';
import { useLoaded } from '../../ui/useLoaded';
import { title } from '../sentences';
import type { ITabProps } from './tab';

export function CodeTab(props: ITabProps): JSX.Element {
  const trans = useTrans();
  const { snapshot } = props.run;
  return snapshot ? (
    <SnapshotView {...props} id={snapshot} />
  ) : (
    <EmptyState title={trans.__('No code was kept')}>
      <p>{trans.__('The run was not started from a folder, so there is no snapshot of it.')}</p>
    </EmptyState>
  );
}

function SnapshotView(props: ITabProps & { readonly id: string }): JSX.Element {
  const { model, run, id } = props;
  const { settings } = model.workspace;
  const trans = useTrans();
  const [words, setWords] = React.useState('');
  const { place } = model;
  const [path, setPath] = React.useState<string | null>(
    place?.path ?? run.spec.script ?? run.spec.notebook
  );
  React.useEffect(() => {
    if (place) {
      setPath(place.path);
    }
  }, [place]);
  const [other, setOther] = React.useState<Run | null>(null);
  const loaded = useLoaded(() => getSnapshot(settings, id), [id]);
  const diff = useLoaded(
    async () => (other?.snapshot ? diffSnapshots(settings, other.snapshot, id) : null),
    [id, other?.snapshot]
  );
  if (loaded.error && !loaded.value) {
    return (
      <ErrorState
        title={trans.__('The snapshot did not load')}
        error={loaded.error}
        onRetry={loaded.again}
      />
    );
  }
  if (!loaded.value) {
    return <Skeleton rows={6} />;
  }
  const { entries } = loaded.value;
  const changes = other ? (diff.value?.files ?? []) : [];
  const shown = leaves(entries, changes).filter(leaf =>
    leaf.path.toLowerCase().includes(words.toLowerCase())
  );
  return (
    <div className="jp-mlws-split">
      <div className="jp-mlws-split-list">
        <div className="jp-mlws-tools">
          <FilterBox value={words} placeholder={trans.__('Filter files')} onChange={setWords} />
          <IconButton
            label={trans.__('Download as zip, %1', bytes(loaded.value.size_bytes))}
            icon={downloadIcon}
            onClick={() => window.open(zipLink(settings, id), '_blank', 'noopener')}
          />
        </div>
        <div className="jp-mlws-scroll">
          <FileTree label={trans.__('Code')} files={shown} current={path} onOpen={setPath} />
        </div>
        <div className="jp-mlws-foot">
          <span className="jp-mlws-mono jp-mlws-cut" title={id}>
            {trans.__('snapshot %1', id.slice(7, 15))}
          </span>
          <CopyButton text={id} />
          {other && diff.value && (
            <span className="jp-mlws-end jp-mlws-nowrap">
              {changes.length === 0
                ? trans.__('no file differs')
                : trans._n('%1 file differs', '%1 files differ', changes.length)}
            </span>
          )}
        </div>
      </div>
      <div className="jp-mlws-split-view">
        <div className="jp-mlws-tools">
          <span className="jp-mlws-mono jp-mlws-cut">{path}</span>
          {path && <CopyButton text={path} label={trans.__('Copy path')} />}
          <span className="jp-mlws-end jp-mlws-row jp-mlws-gap8">
            <CompareWith {...props} other={other} onChoose={setOther} />
          </span>
        </div>
        <OpenFile
          {...props}
          path={path}
          entries={entries}
          change={changes.find(one => one.path === path) ?? null}
        />
      </div>
    </div>
  );
}

interface IOpenFileProps extends ITabProps {
  readonly id: string;
  readonly path: string | null;
  readonly entries: readonly SnapshotEntry[];
  readonly change: FileDiff | null;
}

function OpenFile({ model, id, path, entries, change }: IOpenFileProps): JSX.Element {
  const trans = useTrans();
  const { settings } = model.workspace;
  const entry = entries.find(one => one.path === path);
  if (change?.diff) {
    return <DiffView diff={change.diff} path={change.path} />;
  }
  if (path === null || !entry) {
    return (
      <EmptyState>
        <p>{change ? trans.__('This file is gone.') : trans.__('Choose a file to look inside.')}</p>
      </EmptyState>
    );
  }
  return (
    <Preview
      path={path}
      line={model.place?.path === path ? model.place.line : undefined}
      size={entry.size_bytes ?? 0}
      link={snapshotLink(settings, id, path)}
      read={() => readSnapshotFile(settings, id, path)}
    />
  );
}

function CompareWith({
  model,
  run,
  other,
  onChoose
}: ITabProps & {
  readonly other: Run | null;
  readonly onChoose: (run: Run | null) => void;
}): JSX.Element {
  const trans = useTrans();
  const { value } = useLoaded(
    () => listRuns(model.workspace.settings, { experiment: run.experiment, limit: 100 }),
    [run.experiment]
  );
  const runs = (value?.items ?? []).filter(one => one.id !== run.id && one.snapshot);
  return (
    <label className="jp-mlws-row jp-mlws-gap8">
      <span className="jp-mlws-muted jp-mlws-wide">{trans.__('Compare with')}</span>
      <select
        className="jp-mlws-select"
        value={other?.id ?? ''}
        onChange={event => onChoose(runs.find(one => one.id === event.target.value) ?? null)}
      >
        <option value="">{trans.__('nothing')}</option>
        {runs.map(one => (
          <option key={one.id} value={one.id}>
            {title(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The files, and what became of each since the other run; those that are gone too. */
function leaves(entries: readonly SnapshotEntry[], changes: readonly FileDiff[]) {
  const known = new Map(changes.map(one => [one.path, one]));
  const gone = changes.filter(one => one.change === 'gone').map(one => one.path);
  return [...entries.map(one => one.path), ...gone].map(path => ({
    path,
    note: <Change change={known.get(path)} />
  }));
}

function Change({ change }: { readonly change: FileDiff | undefined }): JSX.Element | null {
  const trans = useTrans();
  switch (change?.change) {
    case 'new':
      return <span className="jp-mlws-tone-good jp-mlws-strong">{trans.__('new')}</span>;
    case 'gone':
      return <span className="jp-mlws-tone-bad jp-mlws-strong">{trans.__('gone')}</span>;
    case 'changed':
      return (
        <span className="jp-mlws-tone-warn jp-mlws-strong">
          {`+${change.added} −${change.removed}`}
        </span>
      );
    default:
      return null;
  }
}
