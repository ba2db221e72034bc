/**
 * The versions of a model, as read from the server and read again when something changed.
 *
 * @jest-environment node
 */
import { json, place } from '../../api/__tests__/server';
import { VersionsModel } from '../model';

const ALIVE = { deleted_at: null, endpoints: [], metrics: {}, run_id: null };
const VERSIONS = [
  { ...ALIVE, name: 'digits', version: 3 },
  { ...ALIVE, name: 'digits', version: 2, deleted_at: '2026-11-21T14:14:00.000Z' },
  { ...ALIVE, name: 'digits', version: 1 }
];

/** What is asked for beside the versions is there, and empty. */
const served = (answers: Parameters<typeof place>[0]) => place(answers, () => json({ items: [] }));

function changed(model: VersionsModel): Promise<void> {
  return new Promise(resolve => {
    const once = () => {
      model.changed.disconnect(once);
      resolve();
    };
    model.changed.connect(once);
  });
}

const LIST = 'GET models/digits/versions';

it('looks at the newest that is not deleted, or at the one asked for', async () => {
  const { workspace } = served({ [LIST]: () => json({ items: VERSIONS }) });
  const model = new VersionsModel(workspace, 'digits');
  await changed(model);
  expect(model.versions).toHaveLength(3);
  expect(model.alive.map(one => one.version)).toEqual([3, 1]);
  expect(model.selected?.version).toBe(3);
  model.select(1);
  expect(model.selected?.version).toBe(1);
  model.select(2);
  expect(model.selected?.version).toBe(3);
  model.dispose();
});

it('keeps what it read when a later reading fails, and says so', async () => {
  let works = true;
  const { workspace } = served({
    [LIST]: () =>
      works
        ? json({ items: VERSIONS })
        : json({ code: 'disk_full', message: 'The disk is full.' }, 507)
  });
  const model = new VersionsModel(workspace, 'digits');
  await changed(model);
  works = false;
  await model.refresh();
  expect(model.versions).toHaveLength(3);
  expect(model.error).toMatchObject({ status: 507, message: 'The disk is full.' });
  model.dispose();
});

it('passes on why a version stays', async () => {
  const route = 'DELETE models/digits/versions/3';
  const why = 'digits:3 is in use and stays: digits-svc serves it.';
  const { workspace } = served({
    [LIST]: () => json({ items: VERSIONS }),
    [route]: () => json({ code: 'conflict', message: why }, 409)
  });
  const model = new VersionsModel(workspace, 'digits');
  await changed(model);
  await expect(model.remove(3)).rejects.toMatchObject({ status: 409, message: why });
  expect(model.versions).toHaveLength(3);
  model.dispose();
});

it('reads again when its model changed, and not when another did', async () => {
  const { workspace, heard, asked } = served({ [LIST]: () => json({ items: VERSIONS }) });
  const model = new VersionsModel(workspace, 'digits');
  await model.refresh();
  const before = asked.filter(route => route === LIST).length;
  heard.emit(['model:letters', 'run:1']);
  heard.emit(['model:digits']);
  await changed(model);
  expect(asked.filter(route => route === LIST)).toHaveLength(before + 1);
  model.dispose();
  heard.emit(null);
  expect(model.isDisposed).toBe(true);
});
