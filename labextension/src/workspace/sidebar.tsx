/** The sidebar: a head, and sections that fold. */
import { ReactWidget, caretDownIcon, caretRightIcon, refreshIcon } from '@jupyterlab/ui-components';
import type { IStateDB } from '@jupyterlab/statedb';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { SplitPanel, type Widget } from '@lumino/widgets';
import * as React from 'react';

import type { ISection, ISidebar, IWorkspace } from '../tokens';
import { Button, Icon } from '../ui/button';
import { clock } from '../ui/format';
import { mlwsIcon } from '../ui/icons';
import { Notice } from '../ui/notice';
import { TransContext, useTrans } from '../ui/trans';
import { useNow, useSignal } from '../ui/useSignal';

const REMEMBERED = 'jupyter-mlws:sidebar';
const SEEN = 'jupyter-mlws:sidebar-seen';
const WIDTH = 300; // so much shows names, curves and targets
const WIDE_ENOUGH = 1000; // a window that has this to give

/** Which sections there are, and which of them are folded. */
export class Sections {
  constructor(state: IStateDB | null) {
    this._state = state;
    void this._recall();
  }

  get all(): readonly ISection[] {
    return this._all;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  folded(id: string): boolean {
    return this._folded.has(id);
  }

  add(section: ISection): IDisposable {
    this._all = [...this._all, section].sort((a, b) => a.rank - b.rank);
    this._changed.emit();
    return new DisposableDelegate(() => {
      this._all = this._all.filter(one => one !== section);
      this._changed.emit();
    });
  }

  fold(id: string, folded: boolean): void {
    if (folded) {
      this._folded.add(id);
    } else {
      this._folded.delete(id);
    }
    this._changed.emit();
    void this._state?.save(REMEMBERED, { folded: [...this._folded] });
  }

  /** Whether it was never asked before, in this workspace of JupyterLab. */
  async first(): Promise<boolean> {
    const known = await this._state?.fetch(SEEN);
    void this._state?.save(SEEN, true);
    return known === undefined;
  }

  private async _recall(): Promise<void> {
    const kept = (await this._state?.fetch(REMEMBERED)) as { folded?: string[] } | undefined;
    this._folded = new Set(kept?.folded ?? []);
    this._changed.emit();
  }

  private readonly _state: IStateDB | null;
  private readonly _changed = new Signal<this, void>(this);
  private _all: readonly ISection[] = [];
  private _folded = new Set<string>();
}

export interface ISidebarProps {
  readonly workspace: IWorkspace;
  readonly sections: Sections;
  readonly head?: React.ReactNode;
}

export function SidebarView({ workspace, sections, head }: ISidebarProps): JSX.Element {
  useSignal(workspace.changed);
  useSignal(sections.changed);
  const { standing } = workspace;
  return (
    <>
      <div className="jp-mlws-side-head">
        <span className="jp-mlws-strong jp-mlws-cut">
          {workspace.info?.name ?? workspace.trans.__('Machine learning')}
        </span>
        <span className="jp-mlws-muted jp-mlws-small jp-mlws-cut jp-mlws-opt">
          {workspace.trans.__('workspace')}
        </span>
        <span className="jp-mlws-end jp-mlws-row">{head}</span>
      </div>
      {standing === 'away' && <Lost workspace={workspace} />}
      {standing === 'missing' ? (
        <Missing workspace={workspace} />
      ) : (
        sections.all.map(section => (
          <Section key={section.id} section={section} sections={sections} />
        ))
      )}
    </>
  );
}

function Section({
  section,
  sections
}: {
  readonly section: ISection;
  readonly sections: Sections;
}): JSX.Element {
  useSignal(section.changed);
  const folded = sections.folded(section.id);
  const body = `jp-mlws-section-${section.id}`;
  const grows = section.grows && !folded ? 'jp-mod-grows' : '';
  return (
    <section className={`jp-mlws-section ${grows}`} aria-label={section.title}>
      <div className="jp-mlws-section-head">
        <button
          type="button"
          aria-expanded={!folded}
          aria-controls={body}
          onClick={() => sections.fold(section.id, !folded)}
        >
          <Icon icon={folded ? caretRightIcon : caretDownIcon} />
          <span className="jp-mlws-section-title">{section.title}</span>
          <span className="jp-mlws-section-count">{section.count()}</span>
        </button>
        {!folded && section.actions && (
          <span className="jp-mlws-end jp-mlws-row">{section.actions()}</span>
        )}
      </div>
      {!folded && (
        <div className="jp-mlws-section-body" id={body}>
          {section.body()}
        </div>
      )}
    </section>
  );
}

function Lost({ workspace }: { readonly workspace: IWorkspace }): JSX.Element {
  const trans = useTrans();
  const now = useNow(1000);
  const wait = workspace.retryAt && Math.max(0, Math.ceil((workspace.retryAt - now) / 1000));
  const said = [trans.__('Runs and endpoints go on without it.')];
  if (workspace.answeredAt) {
    said.push(trans.__('Shown as of %1.', clock(workspace.answeredAt)));
  }
  if (wait) {
    said.push(trans.__('Trying again in %1 s.', wait));
  }
  return (
    <Notice
      tone="warn"
      glyph="NotResponding"
      title={trans.__('Lost the Jupyter server')}
      actions={
        <Button
          label={trans.__('Try now')}
          icon={refreshIcon}
          onClick={() => void workspace.refresh()}
        />
      }
    >
      {said.join(' ')}
    </Notice>
  );
}

function Missing({ workspace }: { readonly workspace: IWorkspace }): JSX.Element {
  const trans = useTrans();
  return (
    <Notice
      tone="warn"
      glyph="NotResponding"
      title={
        workspace.hindrance
          ? trans.__('No workspace on this system')
          : trans.__('The server part is not enabled')
      }
      actions={
        <Button
          label={trans.__('Try again')}
          icon={refreshIcon}
          onClick={() => void workspace.refresh()}
        />
      }
    >
      {workspace.hindrance ??
        trans.__('Install jupyter_mlws where the Jupyter server runs and restart it.')}
    </Notice>
  );
}

/** The sidebar as a widget of the shell. */
export class Sidebar extends ReactWidget implements ISidebar {
  constructor(props: ISidebarProps, show: (id: string) => void) {
    super();
    this._props = props;
    this._show = show;
    const { trans } = props.workspace;
    this.id = 'jp-mlws-sidebar';
    this.title.icon = mlwsIcon;
    this.title.caption = trans.__('Machine learning workspace');
    this.addClass('jp-mlws');
    this.addClass('jp-mlws-side');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Machine learning workspace'));
    props.workspace.changed.connect(this._onChanged, this);
  }

  add(section: ISection): IDisposable {
    return this._props.sections.add(section);
  }

  reveal(section: string): void {
    this._props.sections.fold(section, false);
    this._show(this.id);
  }

  /** When it is shown first it gets the width that its rows ask for; then it is the user's. */
  protected override onAfterShow(): void {
    void this._props.sections.first().then(first => first && widen(this));
  }

  protected render(): JSX.Element {
    return (
      <TransContext.Provider value={this._props.workspace.trans}>
        <SidebarView {...this._props} />
      </TransContext.Provider>
    );
  }

  private _onChanged(workspace: IWorkspace): void {
    this.toggleClass('jp-mod-stale', workspace.standing === 'away');
  }

  private readonly _props: ISidebarProps;
  private readonly _show: (id: string) => void;
}

/** Takes what is missing to the width from the widest of its neighbors. */
function widen(sidebar: Widget): void {
  let side: Widget = sidebar;
  while (side.parent && !(side.parent instanceof SplitPanel)) {
    side = side.parent;
  }
  const split = side.parent;
  const whole = split?.node.clientWidth ?? 0;
  const width = sidebar.node.offsetWidth;
  const missing = width && WIDTH - width;
  if (split instanceof SplitPanel && missing > 0 && whole > WIDE_ENOUGH) {
    const sizes = split.relativeSizes();
    const moved = missing / whole;
    sizes[split.widgets.indexOf(side)] += moved;
    sizes[sizes.indexOf(Math.max(...sizes))] -= moved;
    split.setRelativeSizes(sizes);
  }
}
