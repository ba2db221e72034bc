/** Endpoints: one function a route. */
import type { Answer, Endpoint, EndpointPatch, Keys, NewEndpoint, Page } from './records';
import { answer, ask, path, type Settings } from './request';

export function listEndpoints(settings: Settings): Promise<Page<Endpoint>> {
  return ask(settings, 'endpoints');
}

export function getEndpoint(settings: Settings, name: string): Promise<Endpoint> {
  return ask(settings, path('endpoints', name));
}

export function createEndpoint(settings: Settings, body: NewEndpoint): Promise<Endpoint> {
  return ask(settings, 'endpoints', { method: 'POST', body });
}

export function patchEndpoint(
  settings: Settings,
  name: string,
  body: EndpointPatch
): Promise<Endpoint> {
  return ask(settings, path('endpoints', name), { method: 'PATCH', body });
}

export function deleteEndpoint(settings: Settings, name: string): Promise<void> {
  return ask(settings, path('endpoints', name), { method: 'DELETE' });
}

export function invokeEndpoint(settings: Settings, name: string, data: unknown): Promise<Answer> {
  return ask(settings, path('endpoints', name, 'invoke'), { method: 'POST', body: { data } });
}

export function getKeys(settings: Settings, name: string): Promise<Keys> {
  return ask(settings, path('endpoints', name, 'keys'));
}

/** Makes a new key; the old one stops working at once. */
export function renewKey(settings: Settings, name: string, which: keyof Keys): Promise<Keys> {
  return ask(settings, path('endpoints', name, 'keys', which), { method: 'POST' });
}

/** The last bytes of an endpoint's log, as text. */
export async function tailLog(settings: Settings, name: string, bytes: number): Promise<string> {
  const query = { offset: -bytes };
  const response = await answer(settings, path('endpoints', name, 'log'), { query });
  return response.text();
}
