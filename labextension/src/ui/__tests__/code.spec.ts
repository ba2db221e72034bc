import { byLine, languageOf, tokens } from '../code';
import { parseDiff } from '../diff';
import { better } from '../format';

it('colors the words of a language and keeps every letter', () => {
  const text = 'for x in f(1):  # all\n    print(f"{x}")\n';
  const found = tokens(text, 'python');
  expect(found.map(([, word]) => word).join('')).toBe(text);
  expect(found.filter(([kind]) => kind)).toEqual([
    ['keyword', 'for'],
    ['keyword', 'in'],
    ['number', '1'],
    ['comment', '# all'],
    ['string', 'f"{x}"']
  ]);
});

it('a docstring of many lines is a string on each of them', () => {
  const rows = byLine(
    'def f():\n    """One.\n\n    return is no keyword here"""\n    return 1',
    'python'
  );
  expect(rows.map(row => row.map(([, word]) => word).join(''))).toEqual([
    'def f():',
    '    """One.',
    '',
    '    return is no keyword here"""',
    '    return 1'
  ]);
  expect(rows[3]).toEqual([['string', '    return is no keyword here"""']]);
  expect(rows[4][1]).toEqual(['keyword', 'return']);
});

it('an open docstring takes the rest, and a file of no language is left as it is', () => {
  expect(tokens("'''for", 'python')).toEqual([['string', "'''for"]]);
  expect(byLine('for\n1', null)).toEqual([[['', 'for']], [['', '1']]]);
  expect([languageOf('a/train.py'), languageOf('x.JSON'), languageOf('README')]).toEqual([
    'python',
    'json',
    null
  ]);
});

it('a diff says which lines it shows', () => {
  const diff = '--- a\n+++ b\n@@ -9,2 +10,3 @@ def f():\n x\n+y\n z\n@@ -40 +42 @@\n-a\n+b\n';
  const hunks = parseDiff(diff).filter(line => line.kind === 'hunk');
  expect(hunks.map(line => line.text)).toEqual(['10–12, def f():', '42–42']);
});

it('a name tells whether more is better', () => {
  expect(['val_accuracy', 'train_loss', 'epoch'].map(better)).toEqual([1, -1, 0]);
});
