/** Nothing that is heard of while one reads is missed. */
import { Calm } from '../calm';

it('does once more what was asked for meanwhile, and not as often as it was asked', async () => {
  let done = 0;
  let finish: (() => void) | null = null;
  const calm = new Calm(async () => {
    done += 1;
    await new Promise<void>(resolve => {
      finish = resolve;
    });
  }, 0);
  calm.ask();
  calm.ask();
  calm.ask();
  expect(done).toBe(1);
  finish!();
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(done).toBe(2);
  finish!();
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(done).toBe(2);
  calm.dispose();
});

it('does nothing once it is disposed', () => {
  let done = 0;
  const calm = new Calm(async () => {
    done += 1;
  }, 0);
  calm.dispose();
  calm.ask();
  expect(done).toBe(0);
});
