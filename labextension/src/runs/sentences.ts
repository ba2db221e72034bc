/** What a run says of itself in one line, the most important first. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Run, RunState } from '../api/records';
import { age, day, duration, elapsed, heard, roughly } from '../ui/format';
import type { Tone } from '../ui/states';

export const ACTIVE: readonly RunState[] = [
  'Queued',
  'Preparing',
  'Starting',
  'Running',
  'CancelRequested',
  'Finalizing'
];

const WAITING: ReadonlySet<string> = new Set(['Queued', 'Preparing', 'Starting']);
const ESTIMATE_FROM = 0.05; // no estimate from less of the work

export function over(run: Run): boolean {
  return !ACTIVE.includes(run.state);
}

export function waits(run: Run): boolean {
  return WAITING.has(run.state);
}

/** The name people gave it, or its label. */
export function title(run: Run): string {
  return run.name || label(run);
}

export function label(run: Run): string {
  return `${run.experiment}-${run.number}`;
}

/** Whether it can be run again: children and runs of other programs were not started by us. */
export function repeatable(run: Run): boolean {
  return (run.kind === 'script' || run.kind === 'notebook') && run.parent_id === null;
}

/** The lines by which a notebook gets at a run. */
export function asPython(run: Run): string {
  return [
    'from jupyter_mlws import Workspace',
    '',
    `run = Workspace.from_config().get_run("${label(run)}")`,
    'run.get_metrics()'
  ].join('\n');
}

/** The state to show: lost contact lies over the last that is known. */
export function shown(run: Run): string {
  return run.not_responding_since && !over(run) ? 'NotResponding' : run.state;
}

/** Seconds that it took, or takes by now; null before it started. */
export function took(run: Run, now: number): number | null {
  if (!run.started_at) {
    return null;
  }
  const end = run.ended_at ? Date.parse(run.ended_at) : now;
  return Math.max(0, (end - Date.parse(run.started_at)) / 1000);
}

/** Seconds left by its progress; null where that would be a guess. */
export function left(run: Run, now: number): number | null {
  const gone = took(run, now);
  const progress = run.progress;
  if (gone === null || !progress || progress.total <= 0) {
    return null;
  }
  const done = progress.done / progress.total;
  return done < ESTIMATE_FROM || done >= 1 ? null : (gone * (1 - done)) / done;
}

export function share(run: Run): number | null {
  const progress = run.progress;
  return progress && progress.total > 0
    ? Math.min(100, (100 * progress.done) / progress.total)
    : null;
}

export function progressWords(run: Run, trans: TranslationBundle): string | null {
  const progress = run.progress;
  return progress && trans.__('%1 %2 of %3', progress.unit, progress.done, progress.total);
}

export function ago(at: string, now: number, trans: TranslationBundle): string {
  const since = age(at, now);
  return since === null ? day(at, now) : trans.__('%1 ago', since);
}

export interface ILine {
  /** What is said first, in a tone of its own. */
  readonly lead: { readonly text: string; readonly tone: Tone } | null;
  readonly parts: readonly string[];
  /** What a narrow panel leaves out. */
  readonly more: string | null;
}

/** The second line of a run in a list. */
export function secondLine(run: Run, now: number, trans: TranslationBundle): ILine {
  if (shown(run) === 'NotResponding') {
    const since = roughly((now - Date.parse(run.not_responding_since ?? '')) / 1000);
    return line([], run.target, { text: trans.__('no contact for %1', since), tone: 'warn' });
  }
  switch (run.state) {
    case 'Queued':
      return line([lower(run.reason) ?? trans.__('waits for a slot')], run.target);
    case 'Preparing':
      return line([lower(run.reason) ?? trans.__('gets ready')], run.target);
    case 'Starting':
      return line([trans.__('starting on %1', run.target)]);
    case 'Running':
      return line(runningParts(run, now, trans), run.target);
    case 'CancelRequested':
      return line([trans.__('asked to stop'), killed(run, now, trans)]);
    case 'Finalizing':
      return line([lower(run.reason) ?? trans.__('collecting outputs')], run.target);
    case 'Failed':
      return line([endedAgo(run, now, trans)], run.target, {
        text: bare(run.reason ?? trans.__('failed')),
        tone: 'bad'
      });
    case 'Canceled':
      return line([endedAgo(run, now, trans), canceledAfter(run, now, trans)], run.target);
    default:
      return line([endedAgo(run, now, trans), spent(run, now)], run.target);
  }
}

/** What is written beside a run: the first key metric that it has, or its curve's last value. */
export function keyFigure(run: Run, names: readonly string[]): unknown {
  const name = names.find(one => heard(run.metrics[one]) !== null);
  return name ? run.metrics[name] : run.curve?.last;
}

/** How a run ended, for a notification: `failed after 1 min 42 s`. */
export function ending(run: Run, now: number, trans: TranslationBundle): string {
  const time = spent(run, now);
  switch (run.state) {
    case 'Failed':
      return time ? trans.__('failed after %1', time) : trans.__('failed');
    case 'Canceled':
      return time ? trans.__('was canceled after %1', time) : trans.__('was canceled');
    default:
      return time ? trans.__('completed in %1', time) : trans.__('completed');
  }
}

/** Elapsed time for a head: it counts while the run goes, and says what ended it after. */
export function headTime(run: Run, now: number, trans: TranslationBundle): string {
  const time = took(run, now);
  if (time === null) {
    return roughly((now - Date.parse(run.created_at)) / 1000);
  }
  if (!over(run)) {
    return elapsed(time);
  }
  return run.state === 'Completed' ? duration(time) : trans.__('after %1', duration(time));
}

function line(
  parts: readonly (string | null)[],
  more: string | null = null,
  lead: ILine['lead'] = null
): ILine {
  return { lead, parts: parts.filter((part): part is string => Boolean(part)), more };
}

function runningParts(run: Run, now: number, trans: TranslationBundle): (string | null)[] {
  const words = progressWords(run, trans);
  if (!words) {
    return [trans.__('for %1', roughly(took(run, now) ?? 0))];
  }
  const rest = left(run, now);
  return [words, rest === null ? null : trans.__('%1 left', roughly(rest))];
}

function killed(run: Run, now: number, trans: TranslationBundle): string | null {
  const rest = run.deadline_at ? (Date.parse(run.deadline_at) - now) / 1000 : 0;
  return rest > 0 ? trans.__('killed in %1', roughly(rest)) : null;
}

function endedAgo(run: Run, now: number, trans: TranslationBundle): string {
  return ago(run.ended_at ?? run.state_since, now, trans);
}

function canceledAfter(run: Run, now: number, trans: TranslationBundle): string | null {
  const time = spent(run, now);
  return time && trans.__('after %1', time);
}

function spent(run: Run, now: number): string | null {
  const time = took(run, now);
  return time === null ? null : duration(time);
}

/** A sentence, as a fragment inside a line: no capital, no full stop. */
function lower(sentence: string | null): string | null {
  if (!sentence) {
    return null;
  }
  const said = bare(sentence);
  return /^[A-Z][a-z]/.test(said) ? said[0].toLowerCase() + said.slice(1) : said;
}

/** A sentence as a heading, or as a part of a line: without its full stop. */
export function bare(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
