/** A server to test with: it answers from a table of routes. */
import { Signal } from '@lumino/signaling';

import type { Heard, IWorkspace } from '../../tokens';

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

const UNKNOWN = () => json({ message: 'No such thing.' }, 404);

/** A workspace that speaks to it. What the table lacks is answered by `rest`. */
export function place(
  answers: Readonly<Record<string, () => Response>>,
  rest: () => Response = UNKNOWN
) {
  const asked: string[] = [];
  const workspace = {
    settings: {
      baseUrl: 'http://localhost/',
      appUrl: '',
      wsUrl: 'ws://localhost/',
      token: '',
      init: {},
      appendToken: false,
      Headers,
      Request,
      fetch: (request: Request) => {
        const route = `${request.method} ${new URL(request.url).pathname.split('/v1/')[1]}`;
        asked.push(route);
        return Promise.resolve((answers[route] ?? rest)());
      }
    }
  } as unknown as IWorkspace;
  const heard = new Signal<IWorkspace, Heard>(workspace);
  Object.assign(workspace, { heard });
  return { workspace, heard, asked };
}
