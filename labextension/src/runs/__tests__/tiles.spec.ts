import type { Run, Series } from '../../api/records';
import { tiles } from '../tiles';
import { errorAt } from '../traceback';

function series(name: string, n: number, last: number, min: number, max: number): Series {
  return { name, kind: 'scalar', n, last, last_step: n - 1, min, max, points: [] } as never;
}

function more(one: Series): string {
  return tiles({ curve: null } as Run, [one], [])[0].more;
}

it('a figure is held against the best of its run', () => {
  expect(more(series('val_acc', 10, 0.9, 0.1, 0.95))).toBe('best 0.9500');
  expect(more(series('val_acc', 10, 0.95, 0.1, 0.95))).toBe('best so far, step 9');
  expect(more(series('train_loss', 10, 0.4, 0.3, 2))).toBe('best 0.3000');
});

it('where no name tells what is good there is the step, and nothing for a single value', () => {
  expect(more(series('lr', 10, 0.4, 0.3, 2))).toBe('step 9');
  expect(more(series('accuracy', 1, 0.4, 0.4, 0.4))).toBe('');
  expect(more(series('system/cpu_percent', 9, 4, 1, 40))).toBe('');
});

it('an error of several lines is marked whole', () => {
  const frame = ['Traceback (most recent call last):', '  File "a.py", line 1, in f', '    g()'];
  expect(errorAt([...frame, 'ValueError: NaN.', 'See the manual.'])).toBe(3);
  expect(errorAt(['one', 'two'])).toBe(1);
  expect(errorAt(frame)).toBe(2);
});
