/** What the parts of the extension ask of one another, and what other extensions may ask for. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import type { WorkspaceInfo } from './api/records';
import type { Settings } from './api/request';

/**
 * How the workspace stands: still asked for, not there yet, the server lacks the extension or
 * can have no workspace, there, or the server does not answer.
 */
export type Standing = 'loading' | 'none' | 'missing' | 'here' | 'away';

/** The subjects that changed: `run:ID`, `model:NAME`. Null when everything may have. */
export type Heard = readonly string[] | null;

export interface IPreferences {
  readonly notify: boolean;
  readonly notifyAfter_s: number;
  readonly keyMetrics: readonly string[];
  readonly refresh_s: number;
}

export interface IWorkspace {
  readonly settings: Settings;
  readonly standing: Standing;
  readonly info: WorkspaceInfo | null;
  readonly preferences: IPreferences;
  readonly trans: TranslationBundle;
  /** The last time that the server answered, in milliseconds. */
  readonly answeredAt: number | null;
  /** Why a server that has the extension can have no workspace, in a sentence. */
  readonly hindrance: string | null;
  /** When the server is asked again, in milliseconds, while it is away. */
  readonly retryAt: number | null;
  /** Its standing, its figures or the preferences changed. */
  readonly changed: ISignal<IWorkspace, void>;
  /** Something in it changed. */
  readonly heard: ISignal<IWorkspace, Heard>;
  /** Asks now, not at the next round. */
  refresh(): Promise<void>;
}

export const IWorkspace = new Token<IWorkspace>(
  'jupyter-mlws:IWorkspace',
  'The machine learning workspace that this server owns, and what changes in it.'
);

export interface ISection {
  readonly id: string;
  readonly title: string;
  readonly rank: number;
  /** Takes the height that others leave. */
  readonly grows?: boolean;
  /** Draws the section, its count and its buttons anew. */
  readonly changed: ISignal<unknown, unknown>;
  readonly count: () => string;
  readonly body: () => JSX.Element;
  readonly actions?: () => JSX.Element;
}

export interface ISidebar {
  /** Adds a section; it goes when the answer is disposed. */
  add(section: ISection): IDisposable;
  /** Opens a section and brings the sidebar forward. */
  reveal(section: string): void;
}

export const ISidebar = new Token<ISidebar>(
  'jupyter-mlws:ISidebar',
  'The sidebar of the workspace, to which sections can be added.'
);

/** Whether any of what changed is a `noun`. */
export function concerns(heard: Heard, noun: string): boolean {
  return heard === null || heard.some(subject => subject.startsWith(`${noun}:`));
}

/** The names of the `noun`s that changed; null when all may have. */
export function named(heard: Heard, noun: string): readonly string[] | null {
  const head = `${noun}:`;
  return heard && heard.filter(one => one.startsWith(head)).map(one => one.slice(head.length));
}
