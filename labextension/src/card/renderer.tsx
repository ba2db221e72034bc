/** Draws a run in the output of a cell. */
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { IWorkspace } from '../tokens';
import { TransContext } from '../ui/trans';
import { RunCard, type IKept } from './card';
import { CardModel } from './model';

export const MIME = 'application/vnd.jupyter-mlws.run.v1+json';
const OPEN_RUN = 'mlws:open-run';
const REGISTER = 'mlws:register-model';

export class CardRenderer extends ReactWidget implements IRenderMime.IRenderer {
  constructor(workspace: IWorkspace, commands: CommandRegistry) {
    super();
    this._workspace = workspace;
    this._commands = commands;
    this.addClass('jp-mlws');
    this.addClass('jp-mlws-card-output');
    this._seen.observe(this.node);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const kept = model.data[MIME] as unknown as IKept;
    if (this._model?.id !== kept.id) {
      this._model?.dispose();
      this._model = new CardModel(this._workspace, kept.id);
    }
    this._kept = kept;
    this.update();
    await this.renderPromise;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._seen.disconnect();
      this._model?.dispose();
      super.dispose();
    }
  }

  protected override onBeforeDetach(message: Message): void {
    super.onBeforeDetach(message);
    this._watch(false);
  }

  protected render(): JSX.Element | null {
    if (!this._model || !this._kept) {
      return null;
    }
    const { id } = this._kept;
    const has = (command: string) => this._commands.hasCommand(command);
    return (
      <TransContext.Provider value={this._workspace.trans}>
        <RunCard
          model={this._model}
          kept={this._kept}
          onOpen={tab => {
            if (has(OPEN_RUN)) {
              void this._commands.execute(OPEN_RUN, { id, tab });
            }
          }}
          onRegister={
            has(REGISTER) ? () => void this._commands.execute(REGISTER, { run: id }) : null
          }
        />
      </TransContext.Provider>
    );
  }

  private _watch(watched: boolean): void {
    if (this._model && !this._model.isDisposed) {
      this._model.watched = watched;
    }
  }

  private readonly _workspace: IWorkspace;
  private readonly _commands: CommandRegistry;
  private readonly _seen = new IntersectionObserver(entries =>
    this._watch(entries[entries.length - 1].isIntersecting)
  );
  private _model: CardModel | null = null;
  private _kept: IKept | null = null;
}
