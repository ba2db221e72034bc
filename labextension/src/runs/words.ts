/** The words of the filter: `state:failed target:gpu-box tag:stage=sweep since:7d svm`. */
import type { Run, RunState } from '../api/records';

const STATES: readonly RunState[] = [
  'Queued',
  'Preparing',
  'Starting',
  'Running',
  'CancelRequested',
  'Finalizing',
  'Completed',
  'Failed',
  'Canceled'
];
const SPAN_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000
};

export interface IWords {
  readonly text: string;
  readonly states: readonly RunState[];
  readonly tags: readonly string[];
  readonly targets: readonly string[];
  readonly experiment: string | null;
  readonly since_ms: number | null;
}

export function parse(filter: string): IWords {
  const free: string[] = [];
  const states: RunState[] = [];
  const tags: string[] = [];
  const targets: string[] = [];
  let experiment: string | null = null;
  let since_ms: number | null = null;
  for (const word of filter.trim().split(/\s+/)) {
    const [, key, value] = /^(state|tag|target|experiment|since):(.*)$/i.exec(word) ?? [];
    switch (key?.toLowerCase()) {
      case 'state':
        states.push(...statesLike(value));
        break;
      case 'tag':
        tags.push(value);
        break;
      case 'target':
        targets.push(value);
        break;
      case 'experiment':
        experiment = value;
        break;
      case 'since':
        since_ms = span(value);
        break;
      default:
        free.push(word);
    }
  }
  return { text: free.join(' ').trim(), states, tags, targets, experiment, since_ms };
}

/** Whether a run answers to the words that the server is not asked for. */
export function fits(run: Run, words: IWords, now: number): boolean {
  if (words.targets.length && !words.targets.includes(run.target)) {
    return false;
  }
  return words.since_ms === null || Date.parse(run.created_at) >= now - words.since_ms;
}

/** The name most like a mistyped one; null when none is near. */
export function nearest(word: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const distance = edits(word.toLowerCase(), name.toLowerCase());
    if (distance < least) {
      [best, least] = [name, distance];
    }
  }
  return best;
}

/** `fail` finds Failed; `active` finds whatever is not over; `cancel` finds both its words. */
function statesLike(value: string): readonly RunState[] {
  const wanted = value.toLowerCase();
  if (wanted === 'active') {
    return STATES.slice(0, 6);
  }
  return wanted ? STATES.filter(state => state.toLowerCase().startsWith(wanted)) : [];
}

function span(value: string): number | null {
  const [, n, unit] = /^(\d+)([mhdw])$/.exec(value) ?? [];
  return n ? Number(n) * SPAN_MS[unit] : null;
}

function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, swap));
    }
    row = next;
  }
  return row[b.length];
}
