/** What part of an axis is shown, and how its marks read. */
import { decades, momentWord, placeRange, tickWord, valueRange } from '../axes';

it('puts a single place in the middle', () => {
  expect(placeRange(0, 0, false)).toEqual([-0.5, 0.5]);
  expect(placeRange(1000, 1000, true)).toEqual([940, 1060]);
  expect(placeRange(3, 99, false)).toEqual([3, 99]);
  expect(placeRange(null, null, false)).toEqual([0, 1]);
});

it('shows shares of a whole from 0 to 100', () => {
  expect(valueRange(17, 30, false, 'share')).toEqual([0, 100]);
  expect(valueRange(null, null, false, 'share')).toEqual([0, 100]);
  expect(valueRange(140, 140, false, 'share')[1]).toBeGreaterThan(140);
});

it('shows amounts from zero on, other values near by', () => {
  expect(valueRange(15.1, 15.2, false, 'amount')[0]).toBe(0);
  expect(valueRange(15.1, 15.2, false, 'any')[0]).toBeGreaterThan(14);
});

it('leaves room around a value that never changes', () => {
  const [low, high] = valueRange(0.05, 0.05, false, 'any');
  expect(low).toBeLessThan(0.05);
  expect(high).toBeGreaterThan(0.05);
  expect(valueRange(0, 0, false, 'amount')[1]).toBeGreaterThan(0);
});

it('shows whole decades on a logarithmic scale, at least one', () => {
  expect(valueRange(0.02, 5, true, 'any')).toEqual([0.01, 10]);
  expect(valueRange(10, 10, true, 'share')[1]).toBeGreaterThan(10);
  expect(valueRange(null, null, true, 'any')).toEqual([1, 10]);
});

it('marks a few decades', () => {
  expect(decades(0.01, 10)).toEqual([0.01, 0.1, 1, 10]);
  expect(decades(1, 1e12)).toEqual([1, 1e3, 1e6, 1e9, 1e12]);
});

it('writes moments as finely as they are apart', () => {
  const at = new Date(2026, 10, 21, 12, 30, 5).getTime() / 1000;
  expect([5, 60, 86400].map(apart => momentWord(at, apart))).toEqual([
    '12:30:05',
    '12:30',
    '21 Nov'
  ]);
});

it.each([
  [6000, '6k'],
  [0.25, '0.25'],
  [-1200000, '−1.2M'],
  [1e-6, '1e−6']
])('writes %d as %s', (value, words) => {
  expect(tickWord(value)).toBe(words);
});
