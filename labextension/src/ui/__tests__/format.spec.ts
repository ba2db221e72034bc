/** How numbers read. */
import { age, bytes, duration, elapsed, figure, halves, roughly } from '../format';

describe('duration', () => {
  it.each([
    [0.5, '0.5 s'],
    [12, '12 s'],
    [12.4, '12 s'],
    [60, '1 min'],
    [102, '1 min 42 s'],
    [8040, '2 h 14 min'],
    [273600, '3 d 4 h']
  ])('of %p s is %p', (seconds, said) => {
    expect(duration(seconds)).toBe(said);
  });

  it('keeps two digits of the seconds that count', () => {
    expect(elapsed(1084)).toBe('18 min 04 s');
  });

  it('says only the greatest unit roughly', () => {
    expect([59, 61, 7300, 90000].map(roughly)).toEqual(['59 s', '1 min', '2 h', '1 d']);
  });
});

describe('figure', () => {
  it.each([
    [0.87314, '0.8731'],
    [0.9889, '0.9889'],
    [0.0551, '0.0551'],
    [5214, '5,214'],
    [1.41234, '1.412'],
    [794, '794'],
    [0, '0'],
    [0.00012345, '1.23e−4'],
    [-0.5, '−0.5000'],
    ['NaN', 'NaN'],
    ['-Infinity', '−∞'],
    ['text', 'text']
  ])('of %p is %p', (value, said) => {
    expect(figure(value)).toBe(said);
  });

  it('is shorter in lists', () => {
    expect(figure(0.87314, 3)).toBe('0.873');
  });
});

it('counts bytes by thousands', () => {
  expect([0, 999, 1000, 412_000, 3_100_000, 44_800_000].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '412 kB',
    '3.1 MB',
    '45 MB'
  ]);
});

it('gives a date, not an age, after a week', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  expect(age('2026-11-21T11:56:00Z', now)).toBe('4 min');
  expect(age('2026-11-13T11:00:00Z', now)).toBeNull();
});

it('keeps the end of a long name, and a short one whole', () => {
  expect(halves('resnet50-lr0.05-cosine')).toEqual(['resnet50-lr0.', '05-cosine']);
  expect(halves('digits-12')).toEqual(['digits-12', '']);
});
