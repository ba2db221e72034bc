/** What can be done about a failed run. */
import { nullTranslator } from '@jupyterlab/translation';

import type { RunDetail } from '../../api/records';
import { remedies } from '../remedies';
import { asPython } from '../sentences';
import { sampleRun } from './sample';

const trans = nullTranslator.load('jupyter_mlws');

function failed(fields: Partial<RunDetail>): RunDetail {
  const whole = { spec: { python: '/venv/bin/python' }, environment_record: null, log_bytes: 9 };
  return { ...sampleRun({ state: 'Failed' }), ...whole, ...fields } as RunDetail;
}

it('installs what is missing with the interpreter that ran it', () => {
  const reason = "The interpreter has no module 'sklearn.svm'. Install it there, or …";
  expect(remedies(failed({ reason }), [], trans)).toMatchObject([
    { kind: 'copy', text: '/venv/bin/python -m pip install scikit-learn' },
    { kind: 'log' }
  ]);
});

it('links what the ignore rules left behind', () => {
  const reason =
    'It needs raw/data/x.csv, which the ignore rules left out of the snapshot (raw/data/). ' +
    'Hand it over with --input data=PATH, or take it out of the ignore file.';
  expect(remedies(failed({ reason }), [], trans)[0]).toMatchObject({
    kind: 'copy',
    text: '--input data=raw/data'
  });
});

it('halves the batch of a run that ran out of memory', () => {
  const reason = 'Ran out of memory: CUDA out of memory.';
  const run = failed({ reason, parameters: { lr: 0.1, batch_size: 512 } });
  expect(remedies(run, [], trans)[0]).toMatchObject({
    kind: 'again',
    parameters: { batch_size: 256 }
  });
  expect(remedies(failed({ reason }), [], trans).map(one => one.kind)).toEqual(['log']);
});

it('opens the last line of its own code', () => {
  const trace = [
    'Traceback (most recent call last):',
    '  File "train.py", line 88, in fit',
    '    loss = model(x)',
    '  File "/usr/lib/x.py", line 3, in call',
    'RuntimeError: no'
  ];
  expect(remedies(failed({}), trace, trans)[0]).toMatchObject({
    kind: 'place',
    path: 'train.py',
    line: 88,
    fact: 'loss = model(x)'
  });
});

it('runs again what came to an end from outside', () => {
  const kinds = remedies(failed({ reason_code: 'lost', log_bytes: 0 }), [], trans);
  expect(kinds.map(one => one.kind)).toEqual(['again']);
});

it('gives the lines by which a notebook gets at a run', () => {
  expect(asPython(sampleRun())).toContain('get_run("digits-7")');
});
