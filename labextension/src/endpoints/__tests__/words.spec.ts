/** Requests as they are typed, and as code. */
import { pretty, tokens } from '../../ui/code';
import { scale } from '../../ui/miniPlot';
import { faultOf } from '../fault';
import {
  checked,
  curlOf,
  exampleOf,
  keyVariable,
  messageOf,
  pythonOf,
  sdkOf,
  shapeOf,
  updateCommand
} from '../words';

const REQUEST = {
  endpoint: 'digits-svc',
  address: 'http://127.0.0.1:40423/score',
  body: '{"data": [[1, true, null]], "note": "it\'s true"}',
  key: null,
  timeout_s: 60
};

describe('where a text stops being JSON', () => {
  const texts = [
    '{"data": [[1, 2,, 3]]}',
    '{"a": 1,}',
    "{'a': 1}",
    '[1 2]',
    '{"a" 1}',
    '[01]',
    '"tab\there"',
    '[tru]',
    '{} {}',
    '[1,',
    '',
    '-',
    '[1.]'
  ];
  it.each(texts)('%j is refused, as the browser refuses it', text => {
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(faultOf(text)).not.toBeNull();
  });

  it.each(['{"a": [1, -2.5e3, "\\u00e9", null, true, {}]}', ' [] ', '0', '"x"'])(
    '%j is taken, as the browser takes it',
    text => {
      expect(() => JSON.parse(text) as unknown).not.toThrow();
      expect(faultOf(text)).toBeNull();
    }
  );

  it('says the line, the column and what stands there', () => {
    expect(faultOf('{\n  "data": [1,, 2]\n}')).toEqual({
      line: 2,
      column: 14,
      found: ',',
      wanted: 'a value'
    });
    expect(faultOf('[1')).toMatchObject({ found: '', wanted: 'a comma' });
  });
});

it('finds the table in a request', () => {
  expect(
    shapeOf({
      data: [
        [1, 2],
        [3, 4]
      ]
    })
  ).toEqual({ field: 'data', rows: 2, columns: 2 });
  expect(shapeOf({ data: [[1, 2], [3]] })).toEqual({ field: 'data', rows: 2, columns: null });
  expect(shapeOf([1, 2])).toEqual({ field: '', rows: 2, columns: null });
  expect(shapeOf({ a: [], b: [] })).toBeNull();
  expect(checked('[1').value).toBeNull();
});

it('leaves the key out of code unless it is given', () => {
  expect(keyVariable('digits-svc.v2')).toBe('DIGITS_SVC_V2_KEY');
  expect(curlOf(REQUEST)).toContain('Bearer $DIGITS_SVC_KEY');
  expect(pythonOf(REQUEST)).toContain("os.environ['DIGITS_SVC_KEY']");
  expect(curlOf({ ...REQUEST, key: 'abc' })).toContain('Bearer abc');
  const open = pythonOf({ ...REQUEST, key: 'abc' });
  expect(open).toContain('"Bearer abc"');
  expect(open).not.toContain('import os');
});

it('writes a request so that each language reads the same', () => {
  expect(pythonOf(REQUEST)).toContain('[[1, True, None]], "note": "it\'s true"}');
  expect(curlOf(REQUEST)).toContain(`"it'\\''s true"`);
  expect(sdkOf(REQUEST)).toContain('Webservice(Workspace.from_config(), "digits-svc")');
});

it('finds the sentence of a refusal', () => {
  expect(messageOf({ error: { message: 'Row 0 has 3 values.' } })).toBe('Row 0 has 3 values.');
  expect(messageOf('Traceback\nmore')).toBe('Traceback');
  expect(messageOf({ code: 5 })).toBe('{"code":5}');
});

it('says what updates the same', () => {
  expect(updateCommand('svc', { model: 'digits:4', instances: 2 })).toBe(
    'mlws endpoint update svc --model digits:4 --instances 2'
  );
});

it('writes JSON as people do, and loses nothing', () => {
  const value = {
    data: [Array.from({ length: 64 }, (_, i) => i % 17)],
    name: 'x',
    nested: { a: [] }
  };
  const text = pretty(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(64);
  expect(pretty({ result: [0, 1] })).toBe('{"result": [0, 1]}');
  expect(JSON.parse(pretty('a "quoted" word'))).toBe('a "quoted" word');
});

it('colors every letter of a text once', () => {
  for (const language of ['json', 'python', 'shell'] as const) {
    const text = pythonOf(REQUEST);
    expect(
      tokens(text, language)
        .map(([, word]) => word)
        .join('')
    ).toBe(text);
  }
  expect(tokens('{"a": 1}', 'json')).toContainEqual(['number', '1']);
});

it('chooses round numbers for an axis', () => {
  const [low, high, steps] = scale([0.9152, 0.993], false);
  expect(low).toBeCloseTo(0.9);
  expect(high).toBeCloseTo(1);
  expect(steps.length).toBeLessThanOrEqual(5);
  expect(scale([], true)).toEqual([0, 1, [0, 1]]);
  expect(scale([0, 0], true)[1]).toBeGreaterThan(0);
  expect(scale([7], true)[0]).toBe(0);
});

it('shows a request: the stored sample, else zeros in the length that the model wants', () => {
  const sample = { data: [[5, 3]] };
  expect(exampleOf({ sample, n_features: 2 })).toBe(sample);
  expect(exampleOf({ sample: null, n_features: 3 })).toEqual({ data: [[0, 0, 0]] });
  expect(exampleOf({ sample: undefined, n_features: null })).toBeNull();
  expect(shapeOf(exampleOf({ sample: null, n_features: 64 }))?.columns).toBe(64);
});
