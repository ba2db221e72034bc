/** The page of a model: its versions, the one looked at, and the forms at its right. */
import { addIcon, downloadIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { Refused } from '../api/request';
import { Button, Icon, Link } from '../ui/button';
import { Snippet } from '../ui/copy';
import { Part } from '../ui/facts';
import { figure } from '../ui/format';
import { endpointIcon, modelIcon } from '../ui/icons';
import { EmptyState, ErrorState, Skeleton } from '../ui/notice';
import { MiniPlot } from '../ui/miniPlot';
import { Box, Columns, Sheet, SheetHead } from '../ui/sheet';
import { useTrans } from '../ui/trans';
import { useNow, useSignal } from '../ui/useSignal';
import { DeployForm } from './deploy';
import { Detail, download, Files } from './detail';
import { Lineage } from './lineage';
import type { VersionsModel } from './model';
import { RegisterForm } from './register';
import { EndpointLinks, VersionsTable, type IModelLinks } from './table';
import { keyMetric } from './words';

export interface IModelPageProps {
  readonly model: VersionsModel;
  readonly links: IModelLinks;
}

type Form = 'deploy' | 'register' | null;

export function ModelPage({ model, links }: IModelPageProps): JSX.Element {
  const trans = useTrans();
  const [form, setForm] = React.useState<Form>(null);
  const [said, setSaid] = React.useState('');
  const now = useNow(60_000);
  useSignal(model.changed);
  useSignal(model.workspace.changed);
  if (!model.versions) {
    return (
      <Sheet label={trans.__('Model %1', model.name)}>
        <NotThere model={model} />
      </Sheet>
    );
  }
  const { selected, alive } = model;
  const metric = keyMetric(alive, model.workspace.preferences.keyMetrics);
  const close = () => setForm(null);
  return (
    <Sheet label={trans.__('Model %1', model.name)} said={said}>
      <ModelHead model={model} links={links} onForm={setForm} />
      <Columns
        sideLabel={trans.__('The selected version')}
        side={
          form === 'deploy' && selected ? (
            <DeployForm
              key={selected.version}
              model={model}
              version={selected}
              onClose={close}
              onDone={name => {
                close();
                links.openEndpoint(name);
              }}
            />
          ) : form === 'register' ? (
            <RegisterForm
              settings={model.workspace.settings}
              name={model.name}
              onClose={close}
              onDone={version => {
                close();
                setSaid(trans.__('%1 has version %2', version.name, version.version));
                void model.refresh().then(() => model.select(version.version));
              }}
            />
          ) : (
            selected && <Detail model={model} version={selected} now={now} links={links} />
          )
        }
      >
        <div className="jp-mlws-part">
          <Box>
            <VersionsTable model={model} metric={metric} now={now} links={links} />
          </Box>
        </div>
        {selected && <Around model={model} metric={metric} links={links} />}
      </Columns>
    </Sheet>
  );
}

function ModelHead({
  model,
  links,
  onForm
}: IModelPageProps & { readonly onForm: (form: Form) => void }): JSX.Element {
  const trans = useTrans();
  const { selected, alive } = model;
  const users = [...new Set(alive.flatMap(one => one.endpoints))].sort();
  return (
    <SheetHead
      mark={<Icon icon={modelIcon} />}
      name={model.name}
      actions={
        <>
          {selected && (
            <Button
              label={
                model.name.length > 24
                  ? trans.__('Deploy version %1', selected.version)
                  : trans.__('Deploy %1:%2', model.name, selected.version)
              }
              icon={endpointIcon}
              kind="primary"
              onClick={() => onForm('deploy')}
            />
          )}
          <Button
            label={trans.__('Register version')}
            icon={addIcon}
            onClick={() => onForm('register')}
          />
          {selected && (
            <Button
              label={trans.__('Download')}
              title={trans.__('Download %1:%2 as a zip file', model.name, selected.version)}
              icon={downloadIcon}
              onClick={() => download(model.workspace.settings, selected)}
            />
          )}
        </>
      }
      facts={[
        alive.length ? [trans.__('latest'), alive[0].version] : null,
        [trans.__('versions'), alive.length],
        users.length
          ? [trans.__('used by'), <EndpointLinks key="users" names={users} links={links} />]
          : null,
        alive[0]?.description
          ? [
              '',
              <span key="said" className="jp-mlws-muted jp-mlws-cut" title={alive[0].description}>
                {first(alive[0].description)}
              </span>
            ]
          : null
      ]}
    />
  );
}

/** What stands around the selected version: where it is from, its files, its figures. */
function Around({
  model,
  metric,
  links
}: IModelPageProps & { readonly metric: string | null }): JSX.Element | null {
  const trans = useTrans();
  const version = model.selected;
  if (!version) {
    return null;
  }
  const label = `${version.name}:${version.version}`;
  return (
    <>
      <Part title={trans.__('Where %1 comes from, and where it goes', label)}>
        <Box>
          <Lineage version={version} run={model.run} endpoints={model.endpoints} links={links} />
        </Box>
      </Part>
      <Part title={trans.__('Files of %1', label)} n={version.files.length}>
        <Files version={version} settings={model.workspace.settings} />
      </Part>
      <Figures model={model} metric={metric} links={links} />
    </>
  );
}

function Figures({
  model,
  metric,
  links
}: IModelPageProps & { readonly metric: string | null }): JSX.Element | null {
  const trans = useTrans();
  const version = model.selected;
  const figures = Object.entries(version?.metrics ?? {});
  if (!version || figures.length === 0) {
    return null;
  }
  const oldest = [...model.alive].reverse();
  const some = metric !== null && oldest.length > 1;
  return (
    <div className={some ? 'jp-mlws-figures' : ''}>
      <Part title={trans.__('Metrics when it was registered')} n={figures.length}>
        <Box>
          <table className="jp-mlws-table jp-mod-fixed">
            <tbody>
              {figures.map(([name, value]) => (
                <tr key={name}>
                  <td title={name}>{name}</td>
                  <td className="jp-mlws-num jp-mlws-strong">{figure(value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Box>
        {version.run_id && (
          <div className="jp-mlws-small jp-mlws-below">
            <Link onClick={() => links.openRun(version.run_id as string)}>
              {trans.__('All metrics of %1', version.run)}
            </Link>
          </div>
        )}
      </Part>
      {some && (
        <Part title={trans.__('%1 by version', metric)}>
          <Box className="jp-mlws-mini-box">
            <MiniPlot
              curves={[{ values: oldest.map(one => one.metrics[metric]), color: 1 }]}
              ticks={oldest.map((one, i) => [i / (oldest.length - 1), String(one.version)])}
              dotted
              label={trans.__(
                '%1 by version: %2',
                metric,
                oldest.map(one => `${one.version}: ${figure(one.metrics[metric])}`).join(', ')
              )}
            />
          </Box>
        </Part>
      )}
    </div>
  );
}

/** There is no such model, it is still read, or it did not load. */
function NotThere({ model }: { readonly model: VersionsModel }): JSX.Element {
  const trans = useTrans();
  const { error } = model;
  if (error instanceof Refused && error.status === 404) {
    return (
      <EmptyState title={trans.__('There is no model %1', model.name)}>
        <p>{trans.__('It was not registered in this workspace. Register one from a run:')}</p>
        <Snippet code={`%register ${model.name} --run RUN --path outputs/model.pkl`} />
      </EmptyState>
    );
  }
  if (error) {
    return (
      <ErrorState
        title={trans.__('The model did not load')}
        error={error}
        onRetry={() => void model.refresh()}
      />
    );
  }
  return <Skeleton rows={8} height={28} />;
}

/** The first sentence. */
function first(text: string): string {
  return /^[^\n]*?[.!?](?=\s|$)/.exec(text)?.[0].replace(/\.$/, '') ?? text.split('\n')[0];
}
