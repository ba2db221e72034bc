/** A list that is read anew when one of its nouns changes. */
import { Signal } from '@lumino/signaling';

import type { Heard, IWorkspace } from '../../tokens';
import { Shelf } from '../shelf';

const owner = {};
const settled = () => new Promise(resolve => setTimeout(resolve, 0));

function shelfOf(also: string | null) {
  const heard = new Signal<object, Heard>(owner);
  const workspace = { heard } as unknown as IWorkspace;
  let n = 0;
  const shelf = new Shelf(workspace, 'target', async () => [++n], also);
  return { shelf, tell: (subject: string) => heard.emit([subject]) };
}

it('reads when its own noun is heard of, and no other', async () => {
  const { shelf, tell } = shelfOf(null);
  tell('run:a');
  await settled();
  expect(shelf.items).toBeNull();
  tell('target:local');
  await settled();
  expect(shelf.items).toEqual([1]);
  shelf.dispose();
});

it('reads when the other noun that shows in it is heard of', async () => {
  const { shelf, tell } = shelfOf('run');
  tell('run:a');
  await settled();
  expect(shelf.items).toEqual([1]);
  shelf.dispose();
});
