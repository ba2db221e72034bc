/** The files that a run left, and what is in them. */
import { downloadIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { fileLink, listFiles, readFile } from '../../api/runs';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy';
import { FileTree } from '../../ui/fileTree';
import { FilterBox } from '../../ui/filter';
import { bytes } from '../../ui/format';
import { modelIcon } from '../../ui/icons';
import { EmptyState, ErrorState, Skeleton } from '../../ui/notice';
import { IMAGE, Preview } from '../../ui/preview';
import { useTrans } from '../../ui/trans';
import { useLoaded } from '../../ui/useLoaded';
import { over } from '../sentences';
import type { ITabProps } from './tab';

export function OutputsTab({ model, run, links }: ITabProps): JSX.Element {
  const trans = useTrans();
  const { settings } = model.workspace;
  const [words, setWords] = React.useState('');
  const [chosen, setPath] = React.useState<string | null>(null);
  const files = useLoaded(() => listFiles(settings, run.id), [run.id, run.state]);
  if (files.error && !files.value) {
    return (
      <ErrorState
        title={trans.__('The outputs did not load')}
        error={files.error}
        onRetry={files.again}
      />
    );
  }
  if (!files.value) {
    return <Skeleton rows={5} />;
  }
  const { items } = files.value;
  if (items.length === 0) {
    return (
      <EmptyState title={trans.__('No outputs')}>
        <p>{trans.__('Files in ./outputs are kept when the run ends.')}</p>
      </EmptyState>
    );
  }
  const shown = items.filter(file => file.path.toLowerCase().includes(words.toLowerCase()));
  const path = chosen ?? first(items.map(one => one.path));
  const file = items.find(one => one.path === path) ?? null;
  const total = items.reduce((sum, one) => sum + one.size_bytes, 0);
  return (
    <div className="jp-mlws-split">
      <div className="jp-mlws-split-list">
        <div className="jp-mlws-tools">
          <FilterBox value={words} placeholder={trans.__('Filter files')} onChange={setWords} />
        </div>
        <div className="jp-mlws-scroll">
          <FileTree
            label={trans.__('Outputs')}
            files={shown.map(one => ({ path: one.path, note: bytes(one.size_bytes) }))}
            current={path}
            onOpen={setPath}
          />
        </div>
        <div className="jp-mlws-foot">
          {trans._n('%1 file', '%1 files', items.length)}, {bytes(total)}
        </div>
      </div>
      <div className="jp-mlws-split-view">
        {file === null ? (
          <EmptyState>
            <p>{trans.__('Choose a file to look inside.')}</p>
          </EmptyState>
        ) : (
          <>
            <div className="jp-mlws-tools">
              <span className="jp-mlws-mono jp-mlws-cut">{file.path}</span>
              <CopyButton text={file.path} label={trans.__('Copy path')} />
              <span className="jp-mlws-muted jp-mlws-small">{bytes(file.size_bytes)}</span>
              <span className="jp-mlws-end jp-mlws-row jp-mlws-gap8">
                {links.register && over(run) && (
                  <Button
                    label={trans.__('Register model')}
                    icon={modelIcon}
                    onClick={() => links.register?.(run.id, file.path)}
                  />
                )}
                <Button
                  label={trans.__('Download')}
                  icon={downloadIcon}
                  onClick={() =>
                    window.open(fileLink(settings, run.id, file.path, true), '_blank', 'noopener')
                  }
                />
              </span>
            </div>
            <Preview
              path={file.path}
              size={file.size_bytes}
              link={fileLink(settings, run.id, file.path)}
              read={() => readFile(settings, run.id, file.path)}
            />
          </>
        )}
      </div>
    </div>
  );
}

/** What is looked at first: an image, then what can be read, then whatever there is. */
function first(paths: readonly string[]): string {
  const kinds = [IMAGE, /\.(csv|tsv|json|md|txt|ipynb)$/i, /./];
  return kinds.map(kind => paths.find(path => kind.test(path))).find(Boolean) ?? paths[0];
}
