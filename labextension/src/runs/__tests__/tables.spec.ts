/** Tables as they were logged, laid out in rows. */
import { columnsOf, pathOf, rowsOf } from '../tables';

it('lays out columns of unlike lengths', () => {
  expect(columnsOf({ id: [1, 2], error: [0.1], note: 'x' })).toEqual({
    head: ['id', 'error', 'note'],
    rows: [
      [1, 0.1, 'x'],
      [2, undefined, undefined]
    ]
  });
});

it('gives rows with unlike columns all of them', () => {
  expect(rowsOf([{ x: 1 }, { y: 2, x: 3 }])).toEqual({
    head: ['x', 'y'],
    rows: [
      [1, undefined],
      [3, 2]
    ]
  });
});

it('knows the file that stands for a value from a table with a column of paths', () => {
  expect(pathOf({ path: 'outputs/images/roc.png' })).toBe('outputs/images/roc.png');
  expect(pathOf({ path: ['a', 'b'] })).toBeNull();
  expect(pathOf({ path: 'a', size: 1 })).toBeNull();
  expect(pathOf('words')).toBeNull();
});
