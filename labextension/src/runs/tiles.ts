/** Which four figures a card shows, and how their values read. */
import type { Run, Series } from '../api/records';
import { better, bytes, count, figure, heard } from '../ui/format';

const SYSTEM = 'system/';
const MACHINE = ['system/gpu_percent', 'system/cpu_percent'];

export interface ITile {
  readonly name: string;
  readonly value: string;
  readonly points: readonly unknown[];
  /** One line of context. */
  readonly more: string;
}

/** The key metric, others in the order of their first value, and how busy the GPU or CPU is. */
export function tiles(
  run: Run,
  series: readonly Series[],
  keyMetrics: readonly string[],
  n = 4
): readonly ITile[] {
  const scalars = series.filter(one => one.kind === 'scalar');
  const own = scalars.filter(one => !one.name.startsWith(SYSTEM));
  const machine = MACHINE.map(name => scalars.find(one => one.name === name)).find(Boolean);
  const key = [...keyMetrics, run.curve?.name].find(name => own.some(one => one.name === name));
  const first = [...own].sort((a, b) => Number(b.name === key) - Number(a.name === key));
  const shown = first.slice(0, machine ? n - 1 : n);
  return (machine ? [...shown, machine] : shown).map(tile);
}

/** What a system metric is called, and a metric's own name otherwise. */
export function called(name: string): string {
  const names: Readonly<Record<string, string>> = {
    'system/gpu_percent': 'GPU',
    'system/cpu_percent': 'CPU',
    'system/memory_bytes': 'Memory',
    'system/gpu_memory_bytes': 'GPU memory'
  };
  return names[name] ?? name;
}

/** A value with the unit that its name tells. */
export function valueOf(name: string, value: unknown): string {
  const n = heard(value);
  if (n !== null && name.startsWith(SYSTEM)) {
    if (name.endsWith('_percent')) {
      return `${Math.abs(n) < 9.95 ? Number(n.toFixed(1)) : Math.round(n)} %`;
    }
    if (name.endsWith('_bytes')) {
      return bytes(n);
    }
  }
  return figure(value);
}

function tile(series: Series): ITile {
  return {
    name: called(series.name),
    value: valueOf(series.name, series.last),
    points: series.points.map(point => point.value),
    more: context(series)
  };
}

/** How the last value stands: against the best so far where its name tells what is good. */
function context(series: Series): string {
  const step = series.last_step === null ? '' : `step ${count(series.last_step)}`;
  if (series.n < 2 || series.name.startsWith(SYSTEM)) {
    return '';
  }
  const best = [series.min, null, series.max][better(series.name) + 1];
  if (best === null) {
    return step;
  }
  return best === series.last ? `best so far, ${step}` : `best ${valueOf(series.name, best)}`;
}
