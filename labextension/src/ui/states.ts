/** How a state is shown: glyph, tone and word. People see the word; records keep Azure's. */
import type { TranslationBundle } from '@jupyterlab/translation';

export type Tone = 'run' | 'good' | 'bad' | 'warn' | 'wait' | 'off';
export type Glyph =
  'wait' | 'fresh' | 'prep' | 'run' | 'final' | 'done' | 'fail' | 'stop' | 'off' | 'lost' | 'live';

export interface ILook {
  readonly glyph: Glyph;
  readonly tone: Tone;
}

const LOOKS: Readonly<Record<string, ILook>> = {
  NotStarted: { glyph: 'fresh', tone: 'wait' },
  Queued: { glyph: 'wait', tone: 'wait' },
  Preparing: { glyph: 'prep', tone: 'wait' },
  Starting: { glyph: 'prep', tone: 'run' },
  Running: { glyph: 'run', tone: 'run' },
  Finalizing: { glyph: 'final', tone: 'run' },
  Completed: { glyph: 'done', tone: 'good' },
  Failed: { glyph: 'fail', tone: 'bad' },
  CancelRequested: { glyph: 'stop', tone: 'off' },
  Canceled: { glyph: 'off', tone: 'off' },
  NotResponding: { glyph: 'lost', tone: 'warn' },
  Transitioning: { glyph: 'prep', tone: 'run' },
  Healthy: { glyph: 'live', tone: 'good' },
  Unhealthy: { glyph: 'lost', tone: 'warn' },
  Deleting: { glyph: 'stop', tone: 'off' }
};

/** A state that this program does not know is shown by its own word. */
export function look(state: string): ILook {
  return LOOKS[state] ?? { glyph: 'fresh', tone: 'run' };
}

export function word(state: string, trans: TranslationBundle): string {
  switch (state) {
    case 'NotStarted':
      return trans.__('Not started');
    case 'Queued':
      return trans.__('Queued');
    case 'Preparing':
      return trans.__('Preparing');
    case 'Starting':
      return trans.__('Starting');
    case 'Running':
      return trans.__('Running');
    case 'Finalizing':
      return trans.__('Finalizing');
    case 'Completed':
      return trans.__('Completed');
    case 'Failed':
      return trans.__('Failed');
    case 'CancelRequested':
      return trans.__('Canceling');
    case 'Canceled':
      return trans.__('Canceled');
    case 'NotResponding':
      return trans.__('Not responding');
    case 'Transitioning':
      return trans.__('Updating');
    case 'Healthy':
      return trans.__('Healthy');
    case 'Unhealthy':
      return trans.__('Unhealthy');
    case 'Deleting':
      return trans.__('Deleting');
    default:
      return state;
  }
}
