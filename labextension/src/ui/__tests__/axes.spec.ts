/** Where the marks of an axis stand. */
import { momentWord, nearest, stepAxis, tickWord, timeAxis, valueAxis } from '../axes';

it('puts one step in the middle, with its own mark alone', () => {
  const axis = stepAxis([0, 0], 5);
  expect(axis.ticks).toEqual([0]);
  expect(axis.at(0)).toBe(0.5);
});

it('marks whole steps', () => {
  expect(stepAxis([0, 3], 8).ticks).toEqual([0, 1, 2, 3]);
  expect(stepAxis([3, 99], 5).ticks).toEqual([20, 40, 60, 80]);
  expect(stepAxis([0, 1e6], 4).ticks).toEqual([0, 5e5, 1e6]);
});

it('marks round moments of the local clock', () => {
  const noon = Date.UTC(2026, 10, 21, 12) / 1000;
  const zone = 5.5 * 3600;
  const axis = timeAxis([noon - 3600, noon + 3600], 4, zone);
  expect(axis.ticks.every(tick => (tick + zone) % 1800 === 0)).toBe(true);
  expect(axis.ticks).toHaveLength(5);
  expect(momentWord(axis, noon)).toMatch(/^\d\d:\d\d$/);
});

it('shows shares of a whole from 0 to 100', () => {
  expect(valueAxis([0], false, 'share')).toMatchObject({ low: 0, high: 100, ticks: [0, 50, 100] });
  expect(valueAxis([140], false, 'share').high).toBeGreaterThan(140);
});

it('shows amounts from zero on, other values near by', () => {
  expect(valueAxis([15.1, 15.2], false, 'amount').low).toBe(0);
  expect(valueAxis([15.1, 15.2], false, 'any').low).toBeGreaterThan(14);
});

it('shows values that are not finite, or not above zero on a logarithmic scale, nowhere', () => {
  expect(valueAxis([null, NaN], false, 'any')).toMatchObject({ low: 0, high: 1 });
  const log = valueAxis([0, -1, 0.02, 5], true, 'any');
  expect(log.ticks).toEqual([0.01, 0.1, 1, 10]);
  expect(log.at(0.1)).toBeCloseTo(1 / 3);
});

it('finds the nearest place', () => {
  expect([-5, 0.9, 3, 5.9, 70].map(at => nearest([0, 2, 6, 10], at))).toEqual([0, 0, 1, 2, 3]);
});

it.each([
  [6000, '6k'],
  [0.25, '0.25'],
  [-1200000, '−1.2M'],
  [1e-6, '1e−6']
])('writes %d as %s', (value, words) => {
  expect(tickWord(value)).toBe(words);
});
