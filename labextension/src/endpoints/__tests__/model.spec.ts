/**
 * An endpoint, its load and its last requests, against a server that answers from a table.
 *
 * @jest-environment node
 */
import { json, place } from '../../api/__tests__/server';
import { EndpointModel, type ITrial } from '../model';

const TRAFFIC = { requests: 50, errors: 5, refused: 0, p50_ms: 2, p95_ms: 9, per_second: [] };
const ENDPOINT = { name: 'svc', state: 'Healthy', traffic: TRAFFIC, replicas: [], deployments: [] };

function trial(): ITrial {
  return { text: null, tried: [] };
}

it('notes the load at each look', async () => {
  const { workspace } = place({ 'GET endpoints/svc': () => json(ENDPOINT) });
  const model = new EndpointModel(workspace, 'svc', trial());
  await model.refresh();
  await model.refresh();
  expect(model.loads).toHaveLength(2);
  expect(model.loads[1]).toMatchObject({ p50: 2, p95: 9, failed: 10 });
  model.dispose();
});

it('tells one that never was from one that is gone', async () => {
  let there = false;
  const answer = () => (there ? json(ENDPOINT) : json({ message: 'No endpoint.' }, 404));
  const model = new EndpointModel(place({ 'GET endpoints/svc': answer }).workspace, 'svc', trial());
  await model.refresh();
  expect(model.gone).toBe(false);
  expect(model.error).toMatchObject({ status: 404 });
  there = true;
  await model.refresh();
  there = false;
  await model.refresh();
  expect(model.gone).toBe(true);
  model.dispose();
});

it('keeps the last twenty requests, refused ones too, beyond the page', async () => {
  let status = 200;
  const kept = trial();
  const { workspace } = place({
    'GET endpoints/svc': () => json(ENDPOINT),
    'POST endpoints/svc/invoke': () =>
      json({ status, body: { predict: [0] }, duration_ms: 2.5, replica: null })
  });
  const model = new EndpointModel(workspace, 'svc', kept);
  for (let i = 0; i < 21; i++) {
    await model.send(`[${i}]`, [i]);
  }
  status = 400;
  await model.send('[99]', [99]);
  expect(kept.tried).toHaveLength(20);
  expect(kept.tried[0]).toMatchObject({ text: '[99]', answer: { status: 400 }, error: null });
  expect(model.sending).toBe(false);
  model.dispose();
  const again = new EndpointModel(workspace, 'svc', kept);
  expect(again.trial.tried).toHaveLength(20);
  again.dispose();
});

it('says why nothing came back', async () => {
  const kept = trial();
  const { workspace } = place({
    'POST endpoints/svc/invoke': () =>
      json({ code: 'target_unreachable', message: 'svc does not answer.' }, 503)
  });
  const model = new EndpointModel(workspace, 'svc', kept);
  await model.send('[]', []);
  expect(kept.tried[0]).toMatchObject({ answer: null, error: 'svc does not answer.' });
  model.dispose();
});

it('asks for keys only when told to, and forgets them', async () => {
  let asked = 0;
  const { workspace } = place({
    'GET endpoints/svc': () => json(ENDPOINT),
    'GET endpoints/svc/keys': () => {
      asked += 1;
      return json({ primary: 'a', secondary: 'b' });
    },
    'POST endpoints/svc/keys/primary': () => json({ primary: 'c', secondary: 'b' })
  });
  const model = new EndpointModel(workspace, 'svc', trial());
  await model.refresh();
  expect([asked, model.keys]).toEqual([0, null]);
  await model.readKeys();
  await model.renew('primary');
  expect(model.keys).toEqual({ primary: 'c', secondary: 'b' });
  model.forgetKeys();
  expect(model.keys).toBeNull();
  model.dispose();
});

it('opens on the tab that was asked for', () => {
  const model = new EndpointModel(place({}).workspace, 'svc', trial(), 'test');
  expect(model.tab).toBe('test');
  model.show('nonsense');
  expect(model.tab).toBe('test');
  model.dispose();
});
