/** A run to test with. */
import type { Run } from '../../api/records';

export const NOW = Date.parse('2026-11-21T14:32:00Z');

export function sampleRun(fields: Partial<Run> = {}): Run {
  return {
    id: '01kaaaaaaaaaaaaaaaaaaaaaaa',
    experiment: 'digits',
    number: 7,
    parent_id: null,
    kind: 'script',
    name: null,
    state: 'Running',
    reason: null,
    reason_code: null,
    state_since: '2026-11-21T14:14:00.000Z',
    not_responding_since: null,
    deadline_at: null,
    target: 'gpu-box',
    metrics: {},
    tags: {},
    parameters: {},
    curve: null,
    progress: null,
    started_at: '2026-11-21T14:14:00.000Z',
    ended_at: null,
    created_at: '2026-11-21T14:13:00.000Z',
    created_by: 'ana',
    ...fields
  } as Run;
}
