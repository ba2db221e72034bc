/** The lines that forms stand for, and what a sample says of a model. Knows no React. */
import type { FileEntry, ModelVersion, NewEndpoint, Tags } from '../api/records';
import { better } from '../ui/format';

const PLAIN = /^[\w@%+=:,./-]+$/;

/** A word as a shell, and a magic, takes it apart again. */
export function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}

export interface IRegistration {
  readonly name: string;
  readonly run: string;
  readonly path: string;
  readonly framework: string;
  readonly description: string;
  readonly tags: Tags;
}

/** What registers the same from a notebook. */
export function registerMagic(one: IRegistration): string {
  const options: (readonly [string, string])[] = [
    ['--run', one.run],
    ['--path', one.path],
    ['--framework', one.framework],
    ['--description', one.description],
    ...Object.entries(one.tags).map(([name, text]) => ['--tag', `${name}=${text}`] as const)
  ];
  return line(`%register ${quoted(one.name || 'NAME')}`, options);
}

export type Deployed = Pick<NewEndpoint, 'name' | 'model' | 'python' | 'instances'>;

/** What deploys the same from a notebook. The kernel's interpreter serves it there. */
export function deployMagic(one: Deployed): string {
  const options: (readonly [string, string])[] = [['--name', one.name || 'NAME']];
  if (one.instances && one.instances !== 1) {
    options.push(['--instances', String(one.instances)]);
  }
  return line(`%deploy ${one.model}`, options);
}

/** What deploys, or updates, the same from a shell. */
export function deployCommand(one: Deployed, updates: boolean): string {
  const name = quoted(one.name || 'NAME');
  const head = updates ? `mlws endpoint update ${name}` : `mlws endpoint deploy ${one.model}`;
  const options: (readonly [string, string])[] = [
    updates ? ['--model', one.model] : ['--name', one.name || 'NAME']
  ];
  if (one.instances && (updates || one.instances !== 1)) {
    options.push(['--instances', String(one.instances)]);
  }
  options.push(['--python', one.python ?? '']);
  return line(head, options);
}

function line(head: string, options: readonly (readonly [string, string])[]): string {
  const said = options.filter(([, word]) => word !== '');
  return [head, ...said.map(([flag, word]) => `${flag} ${quoted(word)}`)].join(' ');
}

const BY_ENDING: readonly (readonly [RegExp, string])[] = [
  [/\.onnx$/i, 'onnx'],
  [/\.(pt|pth|safetensors)$/i, 'pytorch'],
  [/\.(keras|h5|tflite)$/i, 'tensorflow'],
  [/\.(ubj|bst|xgb)$/i, 'xgboost'],
  [/\.(joblib|pkl|pickle)$/i, 'scikit-learn']
];

/** What a file of this name was most likely made with; empty where nothing is likely. */
export function likelyFramework(path: string): string {
  return BY_ENDING.find(([ending]) => ending.test(path))?.[1] ?? '';
}

/** The output that is most likely the model: by its ending, else the largest. */
export function likelyPath(
  files: readonly { readonly path: string; readonly size_bytes: number }[]
): string {
  const bySize = [...files].sort((a, b) => b.size_bytes - a.size_bytes);
  return (bySize.find(file => likelyFramework(file.path)) ?? bySize[0])?.path ?? '';
}

/** What a model takes, as its sample shows: the least and the most of its numbers. */
export interface ITakes {
  /** `data` of `{"data": [[…]]}`; empty where the sample is no object of one field. */
  readonly field: string;
  readonly rows: number;
  readonly columns: number;
  readonly least: number;
  readonly most: number;
}

/** Null where the sample is no table of numbers. */
export function takes(sample: unknown): ITakes | null {
  const fields = isRecord(sample) ? Object.entries(sample) : null;
  const [field, table] = fields ? (fields.length === 1 ? fields[0] : ['', null]) : ['', sample];
  if (!Array.isArray(table) || table.length === 0 || !table.every(Array.isArray)) {
    return null;
  }
  const rows = table as unknown[][];
  const figures = rows.flat();
  const even = rows.every(row => row.length === rows[0].length);
  if (!even || !figures.length || !figures.every(one => typeof one === 'number')) {
    return null;
  }
  return {
    field,
    rows: rows.length,
    columns: rows[0].length,
    least: Math.min(...figures),
    most: Math.max(...figures)
  };
}

/** The metric that versions are told apart by: one that people named, or what most have. */
export function keyMetric(
  versions: readonly ModelVersion[],
  preferred: readonly string[]
): string | null {
  const counts = new Map<string, number>();
  for (const version of versions) {
    for (const [name, value] of Object.entries(version.metrics)) {
      if (typeof value === 'number') {
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
  }
  const known = preferred.find(name => counts.has(name));
  const likely = [...counts].sort(
    ([a, n], [b, m]) => m - n || liking(b) - liking(a) || a.localeCompare(b)
  );
  return known ?? likely[0]?.[0] ?? null;
}

function liking(name: string): number {
  return better(name) > 0 ? 2 : -better(name);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type ModelArgs = { readonly name: string; readonly version?: number };

/** `digits:3` is a name and a version. */
export function split({ name, version }: ModelArgs): ModelArgs {
  const [head, tail] = name.split(':');
  return { name: head, version: version ?? (tail ? Number(tail) : undefined) };
}

/** The name, or with the first number at its end that is free. */
export function free(name: string, taken: readonly string[]): string {
  let found = name;
  for (let n = 2; taken.includes(found); n++) {
    found = `${name}-${n}`;
  }
  return found;
}

/** The folders that files lie in, outermost first. */
export function foldersOf(files: readonly FileEntry[]): readonly string[] {
  const found = new Set<string>();
  for (const file of files) {
    const parts = file.path.split('/').slice(0, -1);
    parts.forEach((_, i) => found.add(parts.slice(0, i + 1).join('/')));
  }
  return [...found].sort();
}
