/** The versions of a model, newest first; a deleted number stays as a line. */
import { closeIcon, launchIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ModelVersion } from '../api/records';
import { sentence } from '../api/request';
import { Button, IconButton, Link } from '../ui/button';
import { ConfirmInline } from '../ui/confirm';
import { age, bytes, day, figure, moment } from '../ui/format';
import { binIcon } from '../ui/icons';
import { Notice } from '../ui/notice';
import { useTrans } from '../ui/trans';
import type { VersionsModel } from './model';

/** Ways out of the page. */
export interface IModelLinks {
  readonly openRun: (id: string) => void;
  readonly openEndpoint: (name: string) => void;
}

export interface IVersionsTableProps {
  readonly model: VersionsModel;
  readonly metric: string | null;
  readonly now: number;
  readonly links: IModelLinks;
}

const COLUMNS = 8;

export function VersionsTable(props: IVersionsTableProps): JSX.Element {
  const { model, metric } = props;
  const trans = useTrans();
  const [asked, setAsked] = React.useState<number | null>(null);
  const [refused, setRefused] = React.useState<readonly [number, unknown] | null>(null);
  const body = React.useRef<HTMLTableSectionElement>(null);
  const back = React.useRef(false);
  React.useEffect(() => {
    if (asked === null && back.current) {
      body.current?.querySelector<HTMLElement>('tr[tabindex="0"]')?.focus();
    }
    back.current = asked !== null;
  }, [asked]);
  const versions = model.versions ?? [];
  const remove = async (version: number) => {
    setAsked(null);
    try {
      await model.remove(version);
      setRefused(null);
    } catch (error) {
      setRefused([version, error]);
    }
  };
  return (
    <table
      className="jp-mlws-table jp-mod-fixed jp-mlws-versions"
      role="grid"
      aria-label={trans.__('Versions of %1', model.name)}
      aria-rowcount={versions.length + 1}
    >
      <thead>
        <tr>
          <th className="jp-mlws-num jp-mlws-col-version">{trans.__('Version')}</th>
          <th className="jp-mlws-num jp-mlws-col-metric" title={metric ?? undefined}>
            {metric}
          </th>
          <th className="jp-mlws-hide-narrow">{trans.__('Framework')}</th>
          <th className="jp-mlws-num jp-mlws-col-size">{trans.__('Size')}</th>
          <th className="jp-mlws-num jp-mlws-col-when">{trans.__('Created')}</th>
          <th>{trans.__('From run')}</th>
          <th>{trans.__('Serves')}</th>
          <th className="jp-mlws-col-act">
            <span className="jp-mlws-visually-hidden">{trans.__('Delete')}</span>
          </th>
        </tr>
      </thead>
      <tbody ref={body}>
        {versions.map((version, i) => {
          const row = { ...props, version, index: i, best: best(model.alive, metric) };
          return (
            <React.Fragment key={version.version}>
              {version.deleted_at ? (
                <GoneRow version={version} />
              ) : asked === version.version ? (
                <AskRow
                  version={version}
                  onNo={() => setAsked(null)}
                  onYes={() => void remove(version.version)}
                />
              ) : (
                <VersionRow
                  {...row}
                  onDelete={() => {
                    setRefused(null);
                    setAsked(version.version);
                  }}
                />
              )}
              {refused?.[0] === version.version && (
                <RefusedRow
                  version={version}
                  error={refused[1]}
                  links={props.links}
                  onClose={() => setRefused(null)}
                />
              )}
            </React.Fragment>
          );
        })}
      </tbody>
    </table>
  );
}

interface IRowProps extends IVersionsTableProps {
  readonly version: ModelVersion;
  readonly index: number;
  readonly best: number | null;
  readonly onDelete: () => void;
}

function VersionRow({
  model,
  version,
  index,
  metric,
  best,
  now,
  links,
  onDelete
}: IRowProps): JSX.Element {
  const trans = useTrans();
  const picked = model.selected?.version === version.version;
  const label = `${version.name}:${version.version}`;
  const value = metric === null ? undefined : version.metrics[metric];
  return (
    <tr
      className="jp-mod-pick"
      aria-selected={picked}
      aria-rowindex={index + 2}
      aria-label={label}
      tabIndex={picked ? 0 : -1}
      onClick={() => model.select(version.version)}
      onKeyDown={event => onRowKey(event, () => model.select(version.version), onDelete)}
    >
      <td className="jp-mlws-num jp-mlws-strong">{version.version}</td>
      <td
        className={`jp-mlws-num ${value !== undefined && value === best ? 'jp-mlws-strong' : ''}`}
      >
        {value === undefined ? '' : figure(value)}
      </td>
      <td className="jp-mlws-hide-narrow" title={frameworkOf(version)}>
        {frameworkOf(version) || <span className="jp-mlws-muted">–</span>}
      </td>
      <td className="jp-mlws-num">{bytes(version.size_bytes)}</td>
      <td className="jp-mlws-num jp-mlws-muted" title={moment(version.created_at)}>
        {agoOf(version.created_at, now, trans)}
      </td>
      <td>
        {version.run_id && version.run ? (
          <Link title={version.run} onClick={() => links.openRun(version.run_id as string)}>
            {version.run}
          </Link>
        ) : (
          <span className="jp-mlws-muted">{trans.__('a file')}</span>
        )}
      </td>
      <td>
        <EndpointLinks names={version.endpoints} links={links} />
      </td>
      <td className="jp-mlws-num">
        <IconButton
          label={trans.__('Delete %1', label)}
          icon={binIcon}
          small
          tabIndex={picked ? 0 : -1}
          onClick={event => {
            event.stopPropagation();
            onDelete();
          }}
        />
      </td>
    </tr>
  );
}

export function EndpointLinks({
  names,
  links
}: {
  readonly names: readonly string[];
  readonly links: IModelLinks;
}): JSX.Element {
  if (names.length === 0) {
    return <span className="jp-mlws-muted">–</span>;
  }
  return (
    <span className="jp-mlws-cut">
      {names.map((name, i) => (
        <React.Fragment key={name}>
          {i > 0 && ', '}
          <Link title={name} onClick={() => links.openEndpoint(name)}>
            {name}
          </Link>
        </React.Fragment>
      ))}
    </span>
  );
}

function GoneRow({ version }: { readonly version: ModelVersion }): JSX.Element {
  const trans = useTrans();
  const on = day(version.deleted_at as string);
  return (
    <tr className="jp-mlws-muted">
      <td className="jp-mlws-num">{version.version}</td>
      <td colSpan={COLUMNS - 1}>{trans.__('deleted on %1. The number is not used again', on)}</td>
    </tr>
  );
}

function AskRow({
  version,
  onYes,
  onNo
}: {
  readonly version: ModelVersion;
  readonly onYes: () => void;
  readonly onNo: () => void;
}): JSX.Element {
  const trans = useTrans();
  return (
    <tr aria-selected="true">
      <td className="jp-mlws-num jp-mlws-strong">{version.version}</td>
      <td colSpan={COLUMNS - 1}>
        <ConfirmInline
          question={trans.__('Delete %1:%2? Its run keeps the file', version.name, version.version)}
          verb={trans.__('Delete')}
          onYes={onYes}
          onNo={onNo}
        />
      </td>
    </tr>
  );
}

/** Who uses it, in the row, with the way there. */
function RefusedRow({
  version,
  error,
  links,
  onClose
}: {
  readonly version: ModelVersion;
  readonly error: unknown;
  readonly links: IModelLinks;
  readonly onClose: () => void;
}): JSX.Element {
  const trans = useTrans();
  return (
    <tr>
      <td colSpan={COLUMNS} className="jp-mlws-said" role="alert">
        <Notice
          tone="warn"
          glyph="NotResponding"
          title={sentence(error)}
          actions={
            <>
              {version.endpoints.map(name => (
                <Button
                  key={name}
                  label={trans.__('Open %1', name)}
                  icon={launchIcon}
                  onClick={() => links.openEndpoint(name)}
                />
              ))}
              <Button label={trans.__('Close')} icon={closeIcon} kind="quiet" onClick={onClose} />
            </>
          }
        />
      </td>
    </tr>
  );
}

function onRowKey(
  event: React.KeyboardEvent<HTMLElement>,
  onPick: () => void,
  onDelete: () => void
): void {
  if (event.target !== event.currentTarget) {
    return;
  }
  const rows = [
    ...(event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('tr[tabindex]') ?? [])
  ];
  const at = rows.indexOf(event.currentTarget);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
    row.focus();
    row.click();
  } else if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    onPick();
  } else if (event.key === 'Delete') {
    onDelete();
  }
}

export function frameworkOf(version: ModelVersion): string {
  return [version.framework, version.framework_version].filter(Boolean).join(' ');
}

export function agoOf(at: string, now: number, trans: ReturnType<typeof useTrans>): string {
  if (now - Date.parse(at) < 60_000) {
    return trans.__('just now');
  }
  const words = age(at, now);
  return words === null ? day(at, now) : trans.__('%1 ago', words);
}

/** The greatest, or for what should be small the least; null for a single version. */
function best(versions: readonly ModelVersion[], metric: string | null): number | null {
  const known = versions
    .map(one => (metric === null ? null : one.metrics[metric]))
    .filter((one): one is number => typeof one === 'number');
  if (known.length < 2 || metric === null) {
    return null;
  }
  return /loss|err|mse|mae/i.test(metric) ? Math.min(...known) : Math.max(...known);
}
