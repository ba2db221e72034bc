/** The rows of the list, its filter, and the traceback of a failed run. */
import { lines, textOf } from '../../ui/ansi';
import { lay, sorted, total, within, type IGroup } from '../rows';
import { traceback } from '../traceback';
import { fits, nearest, parse } from '../words';
import { align, grouped, smooth } from '../page/curves';
import { NOW, sampleRun } from './sample';

function group(n: number, fields: Partial<IGroup> = {}): IGroup {
  const runs = Array.from({ length: n }, (_, i) => sampleRun({ id: `run-${i}` }));
  return {
    name: 'digits',
    experiment: null,
    open: true,
    runs,
    n,
    limit: 7,
    unfolded: null,
    ...fields
  };
}

it('shows seven rows of a group, then how many more', () => {
  const rows = lay([group(9)]);
  expect(rows.map(row => row.kind)).toEqual(['group', ...Array(7).fill('run'), 'more']);
  expect(rows[8]).toMatchObject({ n: 2, top: 24 + 7 * 40 });
  expect(total(rows)).toBe(24 + 7 * 40 + 24);
});

it('shows a folded group as one row, and bones where runs are not read yet', () => {
  expect(lay([group(9, { open: false })])).toHaveLength(1);
  expect(lay([group(3, { runs: null })]).map(row => row.kind)).toEqual([
    'group',
    'bone',
    'bone',
    'bone'
  ]);
});

it('shows children below their parent, where it is unfolded', () => {
  const runs = [
    sampleRun({ id: 'b', parent_id: 'top' }),
    sampleRun({ id: 'a', parent_id: 'top' }),
    sampleRun({ id: 'top' }),
    sampleRun({ id: 'lone', parent_id: 'not read yet' })
  ];
  const shown = (unfolded: string[]) =>
    lay([group(0, { runs, n: 4, unfolded: new Set(unfolded) })]).map(row =>
      row.kind === 'run' ? [row.run.id, row.children, row.open, row.below] : row.kind
    );
  expect(shown([])).toEqual(['group', ['top', 2, false, false], ['lone', 0, false, false]]);
  expect(shown(['top'])).toEqual([
    'group',
    ['top', 2, true, false],
    ['b', 0, false, true],
    ['a', 0, false, true],
    ['lone', 0, false, false]
  ]);
});

it('counts folded children among those that are there', () => {
  const runs = [sampleRun({ id: 'a', parent_id: 'top' }), sampleRun({ id: 'top' })];
  const rows = lay([group(0, { runs, n: 5, unfolded: new Set() })]);
  expect(rows[rows.length - 1]).toMatchObject({ kind: 'more', n: 3 });
});

it('draws few of ten thousand rows', () => {
  const rows = lay([group(10_000, { limit: 10_000 })]);
  expect(within(rows, 200_000, 600).length).toBeLessThan(80);
});

it('draws the row at which the Tab key stops wherever it is, once', () => {
  const rows = lay([group(10_000, { limit: 10_000 })]);
  const far = within(rows, 200_000, 600);
  expect(within(rows, 200_000, 600, rows[0])).toEqual([rows[0], ...far]);
  expect(within(rows, 200_000, 600, far[3])).toEqual(far);
});

it('keeps what runs and what failed unseen on top', () => {
  const at = (hour: number) => `2026-11-21T0${hour}:00:00Z`;
  const runs = [
    sampleRun({ id: 'done', state: 'Completed', created_at: at(9) }),
    sampleRun({ id: 'failed', state: 'Failed', created_at: at(5) }),
    sampleRun({ id: 'seen', state: 'Failed', created_at: at(6) }),
    sampleRun({ id: 'runs', created_at: at(3) })
  ];
  expect(sorted(runs, new Set(['seen'])).map(run => run.id)).toEqual([
    'failed',
    'runs',
    'done',
    'seen'
  ]);
});

it('reads the words of a filter', () => {
  expect(parse('state:fail target:gpu-box stage=dev since:7d svm rbf')).toEqual({
    text: 'stage=dev svm rbf',
    states: ['Failed'],
    tags: [],
    targets: ['gpu-box'],
    experiment: null,
    since_ms: 7 * 86_400_000
  });
});

it('keeps the runs that answer to target and time', () => {
  expect(fits(sampleRun(), parse('target:gpu-box since:1h'), NOW)).toBe(true);
  expect(fits(sampleRun(), parse('target:local'), NOW)).toBe(false);
  expect(fits(sampleRun(), parse('since:10m'), NOW)).toBe(false);
});

it('guesses what a mistyped name meant', () => {
  expect(nearest('gpu-bx', ['local', 'gpu-box', 'lab-k8s'])).toBe('gpu-box');
  expect(nearest('mainframe', ['local', 'gpu-box'])).toBeNull();
});

it('leaves the frames of libraries out of a traceback', () => {
  const log = lines(
    [
      'epoch 1',
      'Traceback (most recent call last):',
      '  File "train.py", line 88, in fit',
      '    loss = model(x)',
      '  File "/venv/lib/python3.12/site-packages/torch/x.py", line 1, in call',
      '    return f(x)',
      'RuntimeError: no'
    ].join('\n')
  );
  expect(traceback(log, 6).map(textOf)).toEqual([
    'Traceback (most recent call last):',
    '  File "train.py", line 88, in fit',
    '    loss = model(x)',
    'RuntimeError: no'
  ]);
});

it('puts runs of unlike steps on one axis', () => {
  const chart = (steps: number[], values: (number | 'NaN')[]) => ({
    run_id: 'a',
    name: 'acc',
    n: steps.length,
    steps,
    at: steps.map(step => 100 + step),
    values,
    low: values,
    high: values
  });
  const aligned = align([chart([0, 2], [1, 'NaN']), chart([1, 2], [5, 6])], 'step');
  expect(aligned.x).toEqual([0, 1, 2]);
  expect(aligned.columns).toEqual([
    [1, null, null],
    [null, 5, 6]
  ]);
});

it('smooths without a pull to zero, and leaves gaps', () => {
  expect(smooth([4, null, 4], 0.9)).toEqual([expect.closeTo(4), null, expect.closeTo(4)]);
  expect(smooth([1, 2], 0)).toEqual([1, 2]);
});

it('groups metrics by what they begin with, the machine last', () => {
  const names = ['system/cpu_percent', 'val_acc', 'lr', 'val_loss', 'train_loss'];
  expect([...grouped(names)]).toEqual([
    ['val', ['val_acc', 'val_loss']],
    ['', ['lr', 'train_loss']],
    ['system', ['system/cpu_percent']]
  ]);
});
