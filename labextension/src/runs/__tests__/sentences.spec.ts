/** What a run says of itself. */
import { nullTranslator } from '@jupyterlab/translation';

import { ending, keyFigure, left, repeatable, secondLine, shown, title } from '../sentences';
import { NOW, sampleRun } from './sample';

const trans = nullTranslator.load('jupyter_mlws');

function said(fields: Parameters<typeof sampleRun>[0]): string {
  const { lead, parts, more } = secondLine(sampleRun(fields), NOW, trans);
  return [lead?.text, ...parts, more].filter(Boolean).join(' · ');
}

it.each([
  [{ progress: { done: 14, total: 30, unit: 'epoch' } }, 'epoch 14 of 30 · 20 min left · gpu-box'],
  [{ progress: { done: 1, total: 30, unit: 'epoch' } }, 'epoch 1 of 30 · gpu-box'],
  [{}, 'for 18 min · gpu-box'],
  [
    { state: 'Queued' as const, reason: 'Waits for 1 GPU: both are taken.' },
    'waits for 1 GPU: both are taken · gpu-box'
  ],
  [
    { state: 'Failed' as const, reason: 'CUDA out of memory', ended_at: '2026-11-21T14:20:00Z' },
    'CUDA out of memory · 12 min ago · gpu-box'
  ],
  [
    { state: 'Completed' as const, ended_at: '2026-11-21T14:28:00Z' },
    '4 min ago · 14 min · gpu-box'
  ],
  [{ not_responding_since: '2026-11-21T14:29:00Z' }, 'no contact for 3 min · gpu-box']
])('%j says %p', (fields, words) => {
  expect(said(fields)).toBe(words);
});

it('gives no estimate from less than a twentieth of the work', () => {
  expect(left(sampleRun({ progress: { done: 1, total: 30, unit: 'epoch' } }), NOW)).toBeNull();
});

it('shows lost contact over the state, but not over an end', () => {
  const since = { not_responding_since: '2026-11-21T14:29:00Z' };
  expect(shown(sampleRun(since))).toBe('NotResponding');
  expect(shown(sampleRun({ ...since, state: 'Failed' }))).toBe('Failed');
});

it('is called by its name, or else by its label', () => {
  expect(title(sampleRun())).toBe('digits-7');
  expect(title(sampleRun({ name: 'svm' }))).toBe('svm');
});

it('prefers a key metric of the settings to its own curve', () => {
  const run = sampleRun({
    metrics: { f1: 0.9 },
    curve: { name: 'acc', last: 0.8, points: [0.8] }
  });
  expect(keyFigure(run, ['auc', 'f1'])).toBe(0.9);
  expect(keyFigure(run, ['auc'])).toBe(0.8);
});

it('tells how it ended', () => {
  const ended_at = '2026-11-21T14:15:42Z';
  expect(ending(sampleRun({ state: 'Failed', ended_at }), NOW, trans)).toBe(
    'failed after 1 min 42 s'
  );
});

it('runs again what was submitted, not a child nor what another program started', () => {
  expect(repeatable(sampleRun())).toBe(true);
  expect(repeatable(sampleRun({ parent_id: 'top' }))).toBe(false);
  expect(repeatable(sampleRun({ kind: 'external' }))).toBe(false);
});
