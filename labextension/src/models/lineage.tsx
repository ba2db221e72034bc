/** Where a version comes from, and where it goes: code, run, model, endpoints. */
import { fileIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Endpoint, ModelVersion, RunDetail } from '../api/records';
import { Icon } from '../ui/button';
import { bytes } from '../ui/format';
import { modelIcon } from '../ui/icons';
import { useWidth } from '../ui/miniPlot';
import { StateGlyph } from '../ui/state';
import { word } from '../ui/states';
import { useTrans } from '../ui/trans';
import type { IModelLinks } from './table';

interface INode {
  readonly key: string;
  readonly mark: React.ReactNode;
  readonly name: string;
  readonly more: string;
  readonly onOpen?: () => void;
  readonly here?: boolean;
}

export interface ILineageProps {
  readonly version: ModelVersion;
  readonly run: RunDetail | null;
  readonly endpoints: readonly Endpoint[] | null;
  readonly links: IModelLinks;
}

const NODE = 44;
const GAP = 16;
const BETWEEN = 36;

export function Lineage(props: ILineageProps): JSX.Element {
  const trans = useTrans();
  const [box, width] = useWidth();
  const columns = useColumns(props);
  const most = Math.max(...columns.map(column => column.length));
  const height = most * NODE + (most - 1) * GAP;
  const share = (width - BETWEEN * (columns.length - 1)) / columns.length;
  const nodeWidth = Math.max(84, Math.min(184, share));
  const x = (column: number) => column * (nodeWidth + BETWEEN);
  const y = (i: number, n: number) => (height - n * NODE - (n - 1) * GAP) / 2 + i * (NODE + GAP);
  return (
    <div className="jp-mlws-lineage" ref={box}>
      <ol
        style={{ height, width: x(columns.length - 1) + nodeWidth }}
        aria-label={trans.__('From left to right: each leads to the next')}
      >
        {width > 0 && (
          <svg height={height} width={width} aria-hidden="true">
            {columns
              .slice(1)
              .map((column, k) =>
                column.flatMap((_, i) =>
                  columns[k].map((__, j) => (
                    <Edge
                      key={`${k}-${i}-${j}`}
                      from={[x(k) + nodeWidth, y(j, columns[k].length) + NODE / 2]}
                      to={[x(k + 1), y(i, column.length) + NODE / 2]}
                    />
                  ))
                )
              )}
          </svg>
        )}
        {columns.flatMap((column, k) =>
          column.map((node, i) => (
            <li
              key={node.key}
              style={{ left: x(k), top: y(i, column.length), width: nodeWidth, height: NODE }}
            >
              <Node node={node} />
            </li>
          ))
        )}
      </ol>
    </div>
  );
}

function useColumns({ version, run, endpoints, links }: ILineageProps): readonly INode[][] {
  const trans = useTrans();
  const columns: INode[][] = [];
  if (run?.snapshot) {
    columns.push([
      {
        key: 'code',
        mark: <Icon icon={fileIcon} />,
        name: run.spec.script ?? run.spec.notebook ?? trans.__('code'),
        more: trans.__('snapshot %1', run.snapshot.replace('sha256:', '').slice(0, 7)),
        onOpen: () => links.openRun(run.id)
      }
    ]);
  }
  if (version.run_id) {
    const id = version.run_id;
    columns.push([
      {
        key: 'run',
        mark: <StateGlyph state={run?.state ?? 'Completed'} />,
        name: run?.name ?? version.run ?? id,
        more: version.run ?? '',
        onOpen: () => links.openRun(id)
      }
    ]);
  } else {
    columns.push([
      {
        key: 'file',
        mark: <Icon icon={fileIcon} />,
        name: version.path.split('/').pop() ?? version.path,
        more: trans.__('sent from a folder')
      }
    ]);
  }
  columns.push([
    {
      key: 'model',
      mark: <Icon icon={modelIcon} />,
      name: `${version.name}:${version.version}`,
      more: bytes(version.size_bytes),
      here: true
    }
  ]);
  const served = version.endpoints.map((name): INode => {
    const state = endpoints?.find(one => one.name === name)?.state;
    return {
      key: `endpoint-${name}`,
      mark: <StateGlyph state={state ?? 'Healthy'} />,
      name,
      more: state ? word(state, trans) : trans.__('endpoint'),
      onOpen: () => links.openEndpoint(name)
    };
  });
  return served.length ? [...columns, served] : columns;
}

function Node({ node }: { readonly node: INode }): JSX.Element {
  const body = (
    <>
      <span className="jp-mlws-row jp-mlws-lineage-name">
        {node.mark}
        <span className="jp-mlws-cut jp-mlws-strong">{node.name}</span>
      </span>
      <span className="jp-mlws-cut jp-mlws-muted">{node.more}</span>
    </>
  );
  const title = `${node.name}, ${node.more}`;
  return node.onOpen ? (
    <button type="button" className="jp-mlws-lineage-node" title={title} onClick={node.onOpen}>
      {body}
    </button>
  ) : (
    <span
      className={`jp-mlws-lineage-node ${node.here ? 'jp-mod-here' : ''}`}
      title={title}
      aria-current={node.here ? 'true' : undefined}
    >
      {body}
    </span>
  );
}

function Edge({
  from: [x1, y1],
  to: [x2, y2]
}: {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}): JSX.Element {
  const bend = (x2 - x1) * 0.6;
  return <path d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} />;
}
