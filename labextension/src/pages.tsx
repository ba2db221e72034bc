/** Pages of the main area: opened by a command, brought forward when open, there after a reload. */
import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ReactWidget, type LabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import * as React from 'react';

import type { IWorkspace } from './tokens';
import { TransContext } from './ui/trans';

export interface IPageOptions<A extends ReadonlyJSONObject> {
  /** `mlws:open-run` */
  readonly command: string;
  readonly label: string;
  readonly icon: LabIcon;
  /** What tells two pages apart: the id of the run. Also names the widget, for the restorer. */
  readonly key: (args: A) => string;
  /** Draws a page; `page.title` is its to set. What is returned in `model` goes with the page. */
  readonly open: (args: A, page: IPage) => IOpenPage<A>;
  readonly describedBy: ReadonlyJSONObject;
}

export interface IPage {
  /** Sets the words of the tab. */
  name(label: string, caption?: string): void;
  close(): void;
}

export interface IOpenPage<A> {
  readonly body: JSX.Element;
  readonly model: IDisposable;
  /** The page was asked for again, with these words: a tab, a version. */
  readonly again?: (args: A) => void;
}

class PageBody extends ReactWidget {
  constructor(
    private readonly _workspace: IWorkspace,
    private readonly _body: JSX.Element,
    private readonly _model: IDisposable
  ) {
    super();
    this.addClass('jp-mlws');
    this.addClass('jp-mlws-page');
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._model.dispose();
      super.dispose();
    }
  }

  protected render(): JSX.Element {
    return (
      <TransContext.Provider value={this._workspace.trans}>{this._body}</TransContext.Provider>
    );
  }
}

/** Adds the command that opens a kind of page, and remembers the open ones. */
export function addPage<A extends ReadonlyJSONObject>(
  app: JupyterFrontEnd,
  workspace: IWorkspace,
  restorer: ILayoutRestorer | null,
  options: IPageOptions<A>
): void {
  const namespace = options.command.replace(':', '-');
  const tracker = new WidgetTracker<MainAreaWidget<PageBody>>({ namespace });
  const opened = new Map<MainAreaWidget, { readonly args: A; readonly page: IOpenPage<A> }>();

  const create = (args: A): MainAreaWidget<PageBody> => {
    let widget: MainAreaWidget<PageBody> | null = null;
    let words = { label: options.label, caption: '' };
    const tell = () => {
      if (widget) {
        widget.title.label = words.label;
        widget.title.caption = words.caption;
      }
    };
    const page = options.open(args, {
      name: (label, caption = '') => {
        words = { label, caption };
        tell();
      },
      close: () => widget?.dispose()
    });
    const content = new PageBody(workspace, page.body, page.model);
    const made = new MainAreaWidget({ content });
    widget = made;
    made.id = `jp-mlws-page-${namespace}-${options.key(args)}`;
    made.title.icon = options.icon;
    made.title.closable = true;
    made.toolbar.hide();
    tell();
    opened.set(made, { args, page });
    made.disposed.connect(() => opened.delete(made));
    return made;
  };

  app.commands.addCommand(options.command, {
    label: options.label,
    icon: options.icon,
    describedBy: { args: options.describedBy },
    execute: (said: ReadonlyPartialJSONObject) => {
      const args = said as unknown as A;
      const key = options.key(args);
      const found = [...opened].find(([, open]) => options.key(open.args) === key);
      const widget = (found?.[0] as MainAreaWidget<PageBody> | undefined) ?? create(args);
      found?.[1].page.again?.(args);
      if (!widget.isAttached) {
        app.shell.add(widget, 'main');
        if (!widget.isAttached) {
          // Notebook 7 has room for one document, its own. Below it a page asks for its height.
          widget.content.node.style.minHeight = '45vh';
          app.shell.add(widget, 'down');
        }
        void tracker.add(widget);
      }
      app.shell.activateById(widget.id);
      return widget;
    }
  });
  void restorer?.restore(tracker, {
    command: options.command,
    args: widget => opened.get(widget)?.args ?? {},
    name: widget => options.key(opened.get(widget)?.args as A)
  });
}
