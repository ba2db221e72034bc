/** The lines that forms stand for, and what is guessed for them. */
import type { ModelVersion } from '../../api/records';
import {
  deployCommand,
  deployMagic,
  foldersOf,
  free,
  keyMetric,
  likelyFramework,
  likelyPath,
  quoted,
  registerMagic,
  split,
  takes
} from '../words';

function file(path: string, size_bytes = 1) {
  return { path, size_bytes, digest: null, at: null };
}

function version(metrics: Readonly<Record<string, unknown>>): ModelVersion {
  return { name: 'digits', version: 1, metrics } as unknown as ModelVersion;
}

it('says what registers the same, in words that a shell takes apart again', () => {
  const one = {
    name: 'digits',
    run: 'digits-6',
    path: 'outputs/model.pkl',
    framework: 'scikit-learn',
    description: "ana's model",
    tags: { stage: 'dev', data: '' }
  };
  expect(registerMagic(one)).toBe(
    '%register digits --run digits-6 --path outputs/model.pkl --framework scikit-learn' +
      ` --description 'ana'\\''s model' --tag stage=dev --tag data=`
  );
  expect(registerMagic({ ...one, name: '', framework: '', description: '', tags: {} })).toBe(
    '%register NAME --run digits-6 --path outputs/model.pkl'
  );
});

it('says what deploys the same; a shell knows of interpreters and of updates', () => {
  const one = { name: 'digits-svc', model: 'digits:4', instances: 2, python: undefined };
  expect(deployMagic(one)).toBe('%deploy digits:4 --name digits-svc --instances 2');
  expect(deployMagic({ ...one, instances: 1 })).toBe('%deploy digits:4 --name digits-svc');
  expect(deployCommand({ ...one, python: '/opt/my env/bin/python' }, false)).toBe(
    "mlws endpoint deploy digits:4 --name digits-svc --instances 2 --python '/opt/my env/bin/python'"
  );
  expect(deployCommand({ ...one, instances: 1 }, true)).toBe(
    'mlws endpoint update digits-svc --model digits:4 --instances 1'
  );
});

it('quotes only what needs it', () => {
  expect(quoted('a/b-c.d=1')).toBe('a/b-c.d=1');
  expect(quoted('$HOME')).toBe("'$HOME'");
});

it('guesses the model among the outputs by its ending, then by its size', () => {
  const files = [file('outputs/big.csv', 900), file('outputs/model.pkl', 5)];
  expect(likelyPath(files)).toBe('outputs/model.pkl');
  expect(likelyPath([file('a.bin', 1), file('b.bin', 2)])).toBe('b.bin');
  expect(likelyPath([])).toBe('');
  expect(likelyFramework('net.onnx')).toBe('onnx');
  expect(likelyFramework('weights.bin')).toBe('');
});

it('offers the folders of outputs too', () => {
  expect(foldersOf([file('outputs/a/x'), file('outputs/b/y')])).toEqual([
    'outputs',
    'outputs/a',
    'outputs/b'
  ]);
});

it('tells from a sample what a model takes', () => {
  const sample = { data: [[0, 16, 3]] };
  expect(takes(sample)).toEqual({ field: 'data', rows: 1, columns: 3, least: 0, most: 16 });
  expect(takes([[1], [2]])).toMatchObject({ field: '', rows: 2, columns: 1 });
  expect(takes({ data: [[1, 2], [3]] })).toBeNull();
  expect(takes({ data: [['a']] })).toBeNull();
  expect(takes({ text: 'hello' })).toBeNull();
  expect(takes(null)).toBeNull();
});

it('compares versions by what people named, else by what most of them have', () => {
  const versions = [version({ seconds: 3, accuracy: 0.9 }), version({ accuracy: 0.8, note: 'x' })];
  expect(keyMetric(versions, [])).toBe('accuracy');
  expect(keyMetric(versions, ['f1', 'seconds'])).toBe('seconds');
  expect(keyMetric([version({})], ['accuracy'])).toBeNull();
});

it('finds a name that is free', () => {
  expect(free('svc', [])).toBe('svc');
  expect(free('svc', ['svc', 'svc-2'])).toBe('svc-3');
});

it('takes NAME:VERSION for a name', () => {
  expect(split({ name: 'digits:3' })).toEqual({ name: 'digits', version: 3 });
  expect(split({ name: 'digits', version: 2 })).toEqual({ name: 'digits', version: 2 });
  expect(split({ name: 'digits' }).version).toBeUndefined();
});
