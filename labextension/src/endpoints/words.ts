/** Requests as JSON and as code, and what is said of them. Knows no React. */
import type { Endpoint } from '../api/records';
import { faultOf, type IFault } from './fault';

/** What was typed, read. */
export interface IChecked {
  readonly value: unknown;
  /** Null when it is JSON. */
  readonly fault: IFault | null;
}

export function checked(text: string): IChecked {
  const fault = faultOf(text);
  return { value: fault ? null : (JSON.parse(text) as unknown), fault };
}

/** The table of a request: rows, and how long each is; null where it holds none. */
export interface IShape {
  readonly field: string;
  readonly rows: number;
  /** Null where the rows differ in length, or are no lists. */
  readonly columns: number | null;
}

export function shapeOf(value: unknown): IShape | null {
  if (Array.isArray(value)) {
    return { field: '', rows: value.length, columns: columnsOf(value) };
  }
  if (typeof value !== 'object' || value === null) {
    return null;
  }
  const lists = Object.entries(value).filter(([, one]) => Array.isArray(one));
  if (lists.length !== 1) {
    return null;
  }
  const [field, rows] = lists[0] as [string, unknown[]];
  return { field, rows: rows.length, columns: columnsOf(rows) };
}

function columnsOf(rows: readonly unknown[]): number | null {
  const lengths = new Set(rows.map(row => (Array.isArray(row) ? row.length : null)));
  return lengths.size === 1 ? [...lengths][0] : null;
}

/** The stored sample, else a row as long as the model wants it; null where neither is known. */
export function exampleOf({
  sample,
  n_features
}: Pick<Endpoint, 'sample' | 'n_features'>): unknown {
  return sample ?? (n_features ? { data: [new Array<number>(n_features).fill(0)] } : null);
}

/** The environment variable in which code looks for the key. */
export function keyVariable(endpoint: string): string {
  return `${endpoint.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}_KEY`;
}

export interface IRequest {
  readonly endpoint: string;
  readonly address: string;
  readonly body: string;
  /** Null leaves it out: the code reads it from the environment. */
  readonly key: string | null;
  readonly timeout_s: number;
}

export function curlOf({ endpoint, address, body, key }: IRequest): string {
  const secret = key ?? `$${keyVariable(endpoint)}`;
  return [
    `curl ${address} \\`,
    `  -H "Authorization: Bearer ${secret}" \\`,
    '  -H "Content-Type: application/json" \\',
    `  -d '${body.replace(/'/g, `'\\''`)}'`
  ].join('\n');
}

export function pythonOf({ endpoint, address, body, key, timeout_s }: IRequest): string {
  const secret =
    key === null ? `f"Bearer {os.environ['${keyVariable(endpoint)}']}"` : `"Bearer ${key}"`;
  return [
    ...(key === null ? ['import os', ''] : []),
    'import requests',
    '',
    'answer = requests.post(',
    `    "${address}",`,
    `    headers={"Authorization": ${secret}},`,
    `    json=${pythonLiteral(body).replace(/\n/g, '\n    ')},`,
    `    timeout=${timeout_s},`,
    ')',
    'answer.raise_for_status()',
    'print(answer.json())'
  ].join('\n');
}

/** From a kernel of this computer, without a key in the notebook. */
export function sdkOf({ endpoint, body }: IRequest): string {
  return [
    'from jupyter_mlws import Webservice, Workspace',
    '',
    `service = Webservice(Workspace.from_config(), "${endpoint}")`,
    `print(service.run(${pythonLiteral(body)}))`
  ].join('\n');
}

/** JSON's three words as Python writes them; those inside texts stay. */
function pythonLiteral(json: string): string {
  const words: Readonly<Record<string, string>> = { true: 'True', false: 'False', null: 'None' };
  return json.replace(/"(?:[^"\\]|\\.)*"|\b(true|false|null)\b/g, (found: string, word?: string) =>
    word ? words[word] : found
  );
}

/** The sentence of a refusal, wherever it stands. */
export function messageOf(body: unknown): string {
  if (typeof body === 'object' && body !== null) {
    for (const name of ['message', 'error', 'detail']) {
      const said = (body as Readonly<Record<string, unknown>>)[name];
      if (said !== undefined) {
        return typeof said === 'string' ? said : messageOf(said);
      }
    }
  }
  return typeof body === 'string' ? body.split('\n')[0] : JSON.stringify(body);
}

/** What updates the same from a shell. */
export function updateCommand(
  name: string,
  body: { readonly model?: string; readonly instances?: number }
): string {
  const words = [`mlws endpoint update ${name}`];
  if (body.model) {
    words.push(`--model ${body.model}`);
  }
  if (body.instances) {
    words.push(`--instances ${body.instances}`);
  }
  return words.join(' ');
}
