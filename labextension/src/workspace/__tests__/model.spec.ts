/** How often the workspace is asked for. */
import { pause } from '../model';

it('asks a server that is away again soon, and one without a workspace seldom', () => {
  expect(pause('here', 10)).toBe(10_000);
  expect(pause('away', 10)).toBeLessThan(pause('here', 10));
  expect(pause('none', 10)).toBeGreaterThan(pause('here', 10));
});
