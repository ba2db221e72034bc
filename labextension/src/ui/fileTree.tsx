/** Files as a tree of folders; the arrows move, Enter opens. */
import {
  caretDownIcon,
  caretRightIcon,
  fileIcon,
  folderIcon,
  imageIcon,
  jsonIcon,
  markdownIcon,
  notebookIcon,
  pythonIcon,
  spreadsheetIcon,
  yamlIcon,
  type LabIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';

import { Icon } from './button';
import { MidEllipsis } from './ellipsis';

export interface ILeaf {
  readonly path: string;
  /** What stands at the right: a size, `new`, `+6 −2`. */
  readonly note?: React.ReactNode;
}

interface IBranch {
  readonly kind: 'folder' | 'file';
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly leaf: ILeaf | null;
}

export interface IFileTreeProps {
  readonly label: string;
  readonly files: readonly ILeaf[];
  readonly current: string | null;
  readonly onOpen: (path: string) => void;
}

const ICONS: Readonly<Record<string, LabIcon>> = {
  csv: spreadsheetIcon,
  ipynb: notebookIcon,
  json: jsonIcon,
  md: markdownIcon,
  png: imageIcon,
  jpg: imageIcon,
  jpeg: imageIcon,
  svg: imageIcon,
  py: pythonIcon,
  tsv: spreadsheetIcon,
  yaml: yamlIcon,
  yml: yamlIcon
};

export function iconOf(path: string): LabIcon {
  return ICONS[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? fileIcon;
}

export function FileTree({ label, files, current, onOpen }: IFileTreeProps): JSX.Element {
  const [closed, setClosed] = React.useState<ReadonlySet<string>>(new Set());
  const branches = React.useMemo(() => branch(files, closed), [files, closed]);
  const list = React.useRef<HTMLDivElement>(null);
  const [at, setAt] = React.useState(0);
  const turn = (one: IBranch) => {
    if (one.kind === 'file') {
      onOpen(one.path);
      return;
    }
    const next = new Set(closed);
    if (!next.delete(one.path)) {
      next.add(one.path);
    }
    setClosed(next);
  };
  const onKeyDown = (event: React.KeyboardEvent, i: number) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = Math.min(branches.length - 1, Math.max(0, i + step));
      setAt(next);
      (list.current?.children[next] as HTMLElement | undefined)?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      turn(branches[i]);
    }
  };
  return (
    <div className="jp-mlws-tree" role="tree" aria-label={label} ref={list}>
      {branches.map((one, i) => (
        <div
          key={one.path}
          role="treeitem"
          tabIndex={i === Math.min(at, branches.length - 1) ? 0 : -1}
          className="jp-mlws-tree-item"
          aria-level={one.depth + 1}
          aria-selected={one.path === current}
          aria-expanded={one.kind === 'folder' ? !closed.has(one.path) : undefined}
          style={{ paddingLeft: 8 + one.depth * 16 }}
          onClick={() => {
            setAt(i);
            turn(one);
          }}
          onKeyDown={event => onKeyDown(event, i)}
        >
          <Leaf one={one} open={!closed.has(one.path)} />
        </div>
      ))}
    </div>
  );
}

function Leaf({ one, open }: { readonly one: IBranch; readonly open: boolean }): JSX.Element {
  return (
    <>
      {one.kind === 'folder' ? (
        <>
          <Icon icon={open ? caretDownIcon : caretRightIcon} />
          <Icon icon={folderIcon} />
        </>
      ) : (
        <>
          <span className="jp-mlws-icon" />
          <Icon icon={iconOf(one.name)} />
        </>
      )}
      <MidEllipsis text={one.name} />
      <span className="jp-mlws-tree-note">{one.leaf?.note}</span>
    </>
  );
}

/** Rows of the tree: a folder stands before what is in it, and hides it when closed. */
function branch(files: readonly ILeaf[], closed: ReadonlySet<string>): readonly IBranch[] {
  const rows: IBranch[] = [];
  const known = new Set<string>();
  const hidden = (path: string) => [...closed].some(folder => path.startsWith(`${folder}/`));
  for (const leaf of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const words = leaf.path.split('/');
    words.slice(0, -1).forEach((name, depth) => {
      const path = words.slice(0, depth + 1).join('/');
      if (!known.has(path) && !hidden(path)) {
        rows.push({ kind: 'folder', path, name, depth, leaf: null });
      }
      known.add(path);
    });
    if (!hidden(leaf.path)) {
      const depth = words.length - 1;
      rows.push({ kind: 'file', path: leaf.path, name: words[depth], depth, leaf });
    }
  }
  return rows;
}
