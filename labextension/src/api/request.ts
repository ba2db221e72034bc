/** Asks the server: addresses, tokens, errors. The only fetch in the house. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { Problem } from './records';

const ROOT = 'mlws/api/v1';

export type Settings = ServerConnection.ISettings;
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | null | undefined>
>;

/** What the server said no to: a code for programs, a sentence for people. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null = null
  ) {
    super(message);
    this.name = 'Refused';
  }
}

/** Nothing answered. */
export class Away extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Away';
  }
}

export interface IAsk {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** The words of a path, each made safe; slashes inside a word stay where `path` is a file's. */
export function path(...words: readonly (string | number)[]): string {
  return words.map(word => encodeURIComponent(String(word))).join('/');
}

/** A file's path with its slashes kept. */
export function filePath(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}

/** The full address of a route. */
export function address(settings: Settings, route: string, query: Query = {}): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== '') {
        words.append(name, String(one));
      }
    }
  }
  const tail = words.toString();
  return URLExt.join(settings.baseUrl, ROOT, route) + (tail ? `?${tail}` : '');
}

/** An address that the browser itself can follow, in a link or an image. */
export function link(settings: Settings, route: string, query: Query = {}): string {
  return address(settings, route, settings.token ? { ...query, token: settings.token } : query);
}

/** An answer as it came. Throws Refused and Away. */
export async function answer(
  settings: Settings,
  route: string,
  { method = 'GET', query, body, signal }: IAsk = {}
): Promise<Response> {
  const init: RequestInit = { method, signal };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json' };
  }
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(address(settings, route, query), init, settings);
  } catch (error) {
    if (error instanceof ServerConnection.NetworkError) {
      throw new Away('The Jupyter server does not answer.');
    }
    throw error;
  }
  if (!response.ok) {
    throw await refusal(response);
  }
  return response;
}

/** An answer as a record. Throws Refused and Away. */
export async function ask<T>(settings: Settings, route: string, options: IAsk = {}): Promise<T> {
  const response = await answer(settings, route, options);
  if (response.status === 204) {
    return undefined as T;
  }
  return (await response.json()) as T;
}

/** A websocket to a route. */
export function socket(settings: Settings, route: string, query: Query = {}): WebSocket {
  const at = new URL(address(settings, route, query));
  const base = new URL(settings.wsUrl);
  at.protocol = base.protocol;
  at.host = base.host;
  if (settings.appendToken && settings.token) {
    at.searchParams.set('token', settings.token);
  }
  return new settings.WebSocket(at.toString());
}

/** What is wrong, in a sentence for people. */
export function sentence(error: unknown): string {
  if (error instanceof Refused) {
    return error.message;
  }
  return error instanceof Error ? error.message : String(error);
}

async function refusal(response: Response): Promise<Refused> {
  const text = await response.text();
  try {
    const said = JSON.parse(text) as Partial<Problem>;
    const message = said.message || `The server answered ${response.status}.`;
    return new Refused(response.status, said.code ?? 'unknown', message, said.field ?? null);
  } catch {
    const said = `The server answered ${response.status} ${response.statusText}`.trim();
    return new Refused(response.status, 'unknown', `${said}.`);
  }
}
