/** Registered models: one function a route. */
import type { Model, ModelVersion, NewVersion, Page, VersionPatch } from './records';
import { ask, link, path, type Settings } from './request';

export function listModels(settings: Settings): Promise<Page<Model>> {
  return ask(settings, 'models');
}

export function listVersions(settings: Settings, name: string): Promise<Page<ModelVersion>> {
  return ask(settings, path('models', name, 'versions'));
}

export function getVersion(
  settings: Settings,
  name: string,
  version: number
): Promise<ModelVersion> {
  return ask(settings, path('models', name, 'versions', version));
}

export function registerVersion(
  settings: Settings,
  name: string,
  body: NewVersion
): Promise<ModelVersion> {
  return ask(settings, path('models', name, 'versions'), { method: 'POST', body });
}

export function patchVersion(
  settings: Settings,
  name: string,
  version: number,
  body: VersionPatch
): Promise<ModelVersion> {
  return ask(settings, path('models', name, 'versions', version), { method: 'PATCH', body });
}

export function deleteVersion(settings: Settings, name: string, version: number): Promise<void> {
  return ask(settings, path('models', name, 'versions', version), { method: 'DELETE' });
}

/** Where the browser fetches a version's files. */
export function contentLink(settings: Settings, name: string, version: number): string {
  return link(settings, path('models', name, 'versions', version, 'content'));
}
