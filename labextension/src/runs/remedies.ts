/** What can be done about a failed run, each with the fact that makes it likely. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Parameters, RunDetail } from '../api/records';

const MOST = 3;
const PACKAGES: Readonly<Record<string, string>> = {
  PIL: 'pillow',
  bs4: 'beautifulsoup4',
  cv2: 'opencv-python',
  skimage: 'scikit-image',
  sklearn: 'scikit-learn',
  yaml: 'pyyaml'
};
const BY_THE_MACHINE: readonly string[] = ['lost', 'target_unreachable', 'killed'];

export type Remedy = { readonly words: string; readonly fact: string } & (
  | { readonly kind: 'copy'; readonly text: string }
  | { readonly kind: 'again'; readonly parameters?: Parameters }
  | { readonly kind: 'place'; readonly path: string; readonly line: number }
  | { readonly kind: 'log' }
);

/**
 * At most three, the likeliest first.
 *
 * @param trace - The lines of its traceback, as `traceback` gives them.
 */
export function remedies(
  run: RunDetail,
  trace: readonly string[],
  trans: TranslationBundle
): readonly Remedy[] {
  const log: Remedy = {
    kind: 'log',
    words: trans.__('Read what it printed before.'),
    fact: trans.__('The end of the log often says more')
  };
  return [
    missingModule(run, trans),
    ignoredFile(run, trans),
    smallerBatch(run, trans),
    onceMore(run, trans),
    place(trace, trans),
    run.log_bytes > 0 ? log : null
  ]
    .filter((one): one is Remedy => one !== null)
    .slice(0, MOST);
}

function missingModule(run: RunDetail, trans: TranslationBundle): Remedy | null {
  const [, module] = /has no module '([\w.]+)'/.exec(run.reason ?? '') ?? [];
  if (!module) {
    return null;
  }
  const name = module.split('.')[0];
  const python = run.environment_record?.python ?? run.spec.python ?? 'python';
  return {
    kind: 'copy',
    words: trans.__('Install %1, then run again.', PACKAGES[name] ?? name),
    fact: trans.__('It ran with %1', python),
    text: `${python} -m pip install ${PACKAGES[name] ?? name}`
  };
}

function ignoredFile(run: RunDetail, trans: TranslationBundle): Remedy | null {
  const [, left, name] =
    /\(([^()]+)\)\. Hand it over with --input ([^=\s]+)=/.exec(run.reason ?? '') ?? [];
  return left
    ? {
        kind: 'copy',
        words: trans.__('Link it into the run with --input.'),
        fact: trans.__('%1 is in the ignore rules, so it stays behind', left),
        text: `--input ${name}=${left.replace(/\/$/, '')}`
      }
    : null;
}

function smallerBatch(run: RunDetail, trans: TranslationBundle): Remedy | null {
  const full = run.reason_code === 'oom' || /out of memory/i.test(run.reason ?? '');
  const [name, value] =
    Object.entries(run.parameters).find(
      ([key, size]) => /batch/i.test(key) && typeof size === 'number' && size >= 2
    ) ?? [];
  if (!full || !name) {
    return null;
  }
  const half = Math.floor(Number(value) / 2);
  return {
    kind: 'again',
    words: trans.__('Run again with %1 = %2.', name, half),
    fact: trans.__('It ran out of memory with %1', String(value)),
    parameters: { [name]: half }
  };
}

function onceMore(run: RunDetail, trans: TranslationBundle): Remedy | null {
  return BY_THE_MACHINE.includes(run.reason_code ?? '')
    ? {
        kind: 'again',
        words: trans.__('Run again.'),
        fact: trans.__('What ended it came from outside, not from its code')
      }
    : null;
}

/** The last line of the run's own code that the traceback names. */
function place(trace: readonly string[], trans: TranslationBundle): Remedy | null {
  for (let i = trace.length - 1; i >= 0; i--) {
    const [, path, line] = /^ {2}File "([^/<"\\][^"\\]*)", line (\d+)/.exec(trace[i]) ?? [];
    if (path) {
      return {
        kind: 'place',
        words: trans.__('Look at %1, line %2.', path, line),
        fact: trace[i + 1]?.trim() ?? '',
        path,
        line: Number(line)
      };
    }
  }
  return null;
}
