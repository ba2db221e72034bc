/** A version in full: where it is from, what it takes, its files, its words, how to use it. */
import { downloadIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { contentLink } from '../api/models';
import type { ModelVersion } from '../api/records';
import { filePath, link, path, type Settings } from '../api/request';
import { Icon, Link } from '../ui/button';
import { Code, pretty } from '../ui/code';
import { CopyButton, Snippet } from '../ui/copy';
import { Prose, TagsPart } from '../ui/edit';
import { KeyValue, Part, type Fact } from '../ui/facts';
import { bytes, count, figure, moment, person } from '../ui/format';
import { Segments } from '../ui/tabs';
import { useTrans } from '../ui/trans';
import type { VersionsModel } from './model';
import { agoOf, frameworkOf, type IModelLinks } from './table';
import { free, takes } from './words';

export interface IDetailProps {
  readonly model: VersionsModel;
  readonly version: ModelVersion;
  readonly now: number;
  readonly links: IModelLinks;
}

export function Detail(props: IDetailProps): JSX.Element {
  const { model, version } = props;
  const trans = useTrans();
  return (
    <div key={version.version}>
      <About {...props} />
      <Takes version={version} />
      <TagsPart tags={version.tags} onChange={tags => model.patch(version.version, { tags })} />
      <Prose
        title={trans.__('Description')}
        hint={trans.__('What it is for, what it was trained on, what it was not tested on')}
        text={version.description}
        onSave={description => model.patch(version.version, { description })}
      />
      <UseIt version={version} taken={model.endpoints?.map(one => one.name) ?? []} />
    </div>
  );
}

function About({ version, now, links }: IDetailProps): JSX.Element {
  const trans = useTrans();
  const n = version.files.length;
  const size = bytes(version.size_bytes);
  const when = agoOf(version.created_at, now, trans);
  const by = person(version.created_by);
  const facts: Fact[] = [
    [
      trans.__('Registered'),
      <span key="at" title={moment(version.created_at)}>
        {by ? trans.__('%1 by %2', when, by) : when}
      </span>
    ],
    [
      trans.__('From'),
      version.run_id ? (
        <Link onClick={() => links.openRun(version.run_id as string)}>{version.run}</Link>
      ) : (
        trans.__('a file that was sent')
      )
    ],
    [
      trans.__('Path'),
      <span key="path" className="jp-mlws-mono jp-mlws-cut" title={version.path}>
        {version.path}
      </span>
    ],
    [trans.__('Size'), trans._n('%2, %1 file', '%2, %1 files', n, size)],
    [trans.__('Framework'), frameworkOf(version) || trans.__('not said')]
  ];
  const digest = n === 1 ? version.files[0].digest : null;
  if (digest) {
    facts.push([
      trans.__('Digest'),
      <React.Fragment key="digest">
        <span className="jp-mlws-mono" title={digest}>
          {`${digest.slice(0, 11)}…${digest.slice(-4)}`}
        </span>
        <CopyButton text={digest} label={trans.__('Copy the digest')} />
      </React.Fragment>
    ]);
  }
  return (
    <Part title={`${version.name}:${version.version}`}>
      <KeyValue facts={facts} />
    </Part>
  );
}

/** What the sample shows of the input; the sample itself when asked for. */
function Takes({ version }: { readonly version: ModelVersion }): JSX.Element {
  const trans = useTrans();
  const [shown, setShown] = React.useState(false);
  const { sample } = version;
  if (sample === null || sample === undefined) {
    return (
      <Part title={trans.__('Takes')}>
        <div className="jp-mlws-muted">
          {trans.__('No sample was given. With one, endpoints check requests and show how to ask.')}
        </div>
      </Part>
    );
  }
  const known = takes(sample);
  return (
    <Part title={trans.__('Takes')}>
      {known && !shown && (
        <pre className="jp-mlws-listing jp-mlws-sunk">
          {`${known.field || 'in'}   ${trans.__('rows of %1 numbers', known.columns)}   ${figure(known.least)}…${figure(known.most)}`}
        </pre>
      )}
      {(shown || !known) && (
        <div className="jp-mlws-sample">
          <pre className="jp-mlws-listing jp-mlws-sunk" tabIndex={0}>
            <Code text={pretty(sample)} language="json" />
          </pre>
          <CopyButton text={JSON.stringify(sample)} label={trans.__('Copy the sample')} />
        </div>
      )}
      {known && (
        <div className="jp-mlws-small jp-mlws-muted">
          {trans.__('From the sample stored with the model.')}{' '}
          <Link onClick={() => setShown(!shown)}>
            {shown ? trans.__('Hide sample') : trans.__('Show sample')}
          </Link>
        </div>
      )}
    </Part>
  );
}

function UseIt({
  version,
  taken
}: {
  readonly version: ModelVersion;
  readonly taken: readonly string[];
}): JSX.Element {
  const trans = useTrans();
  const [way, setWay] = React.useState('notebook');
  const label = `${version.name}:${version.version}`;
  const service = free(`${version.name}-svc`, taken);
  const code: Readonly<Record<string, string>> = {
    notebook: `%deploy ${label} --name ${service}`,
    python: `from jupyter_mlws import Model, Workspace\n\nmodel = Model(Workspace.from_config(), "${version.name}", version=${version.version})\nmodel.download(".", exist_ok=True)`,
    shell: `mlws model download ${label}`
  };
  return (
    <Part title={trans.__('Use it')}>
      <Segments
        label={trans.__('Where it is used')}
        current={way}
        onChange={setWay}
        tabs={[
          { id: 'notebook', label: trans.__('Notebook') },
          { id: 'python', label: trans.__('Python') },
          { id: 'shell', label: trans.__('Shell') }
        ]}
      />
      <div className="jp-mlws-below">
        <Snippet code={code[way]} />
      </div>
    </Part>
  );
}

/** The files of a version, each to be fetched by itself. */
export function Files({
  version,
  settings
}: {
  readonly version: ModelVersion;
  readonly settings: Settings;
}): JSX.Element {
  const trans = useTrans();
  const { name, version: n } = version;
  return (
    <div className="jp-mlws-box">
      <table className="jp-mlws-table jp-mod-fixed jp-mlws-files">
        <thead>
          <tr>
            <th>{trans.__('File')}</th>
            <th className="jp-mlws-hide-narrow">{trans.__('Digest')}</th>
            <th className="jp-mlws-num jp-mlws-col-size">{trans.__('Size')}</th>
            <th className="jp-mlws-col-act">
              <span className="jp-mlws-visually-hidden">{trans.__('Download')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {version.files.map(file => {
            const route = `${path('models', name, 'versions', n, 'content')}/${filePath(file.path)}`;
            return (
              <tr key={file.path}>
                <td title={file.path}>{file.path}</td>
                <td className="jp-mlws-mono jp-mlws-muted jp-mlws-hide-narrow">
                  {file.digest?.slice(0, 19)}
                </td>
                <td className="jp-mlws-num" title={trans.__('%1 bytes', count(file.size_bytes))}>
                  {bytes(file.size_bytes)}
                </td>
                <td className="jp-mlws-num">
                  <DownloadLink
                    label={trans.__('Download %1', file.path)}
                    href={link(settings, route, { download: true })}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function DownloadLink({ label, href }: { readonly label: string; readonly href: string }) {
  return (
    <a
      className="jp-mlws-ib jp-mlws-ib-small"
      href={href}
      download
      aria-label={label}
      title={label}
    >
      <Icon icon={downloadIcon} />
    </a>
  );
}

export function download(settings: Settings, version: ModelVersion): void {
  const anchor = document.createElement('a');
  anchor.href = contentLink(settings, version.name, version.version);
  anchor.download = `${version.name}-${version.version}.zip`;
  anchor.click();
}
