/** Which notebook is saved when a kernel asks. */
import { isAsked } from '../asked';

it.each([
  ['train.ipynb', '/home/ana/work/train.ipynb', true],
  ['deep/train.ipynb', '/home/ana/work/deep/train.ipynb', true],
  ['deep/train.ipynb', 'C:\\work\\deep\\train.ipynb', true],
  ['train.ipynb', '/home/ana/work/pretrain.ipynb', false],
  ['deep/train.ipynb', '/home/ana/work/train.ipynb', false],
  ['train.ipynb', undefined, false]
])('%s is asked for by %s: %s', (local, asked, saves) => {
  expect(isAsked(local, asked)).toBe(saves);
});
