/** Charts of several runs brought onto one axis, and smoothed. */
import type { Chart, Figure } from '../../api/records';

export type Axis = 'step' | 'time' | 'relative';

export interface IAligned {
  readonly x: readonly number[];
  /** One column a chart, as long as `x`; null where it has no value. */
  readonly columns: readonly (readonly (number | null)[])[];
}

/** Puts charts over one another. Values that are not finite leave a gap. */
export function align(charts: readonly Chart[], axis: Axis): IAligned {
  const places = charts.map(chart => placesOf(chart, axis));
  const x = [...new Set(places.flatMap(list => [...list]))].sort((a, b) => a - b);
  const at = new Map(x.map((place, i) => [place, i]));
  const columns = charts.map((chart, k) => {
    const column: (number | null)[] = x.map(() => null);
    places[k].forEach((place, i) => {
      column[at.get(place) as number] = finite(chart.values[i]);
    });
    return column;
  });
  return { x, columns };
}

/** An exponential mean that forgets: 0 is the values as they are. Gaps stay gaps. */
export function smooth(
  values: readonly (number | null)[],
  weight: number
): readonly (number | null)[] {
  let mean = 0;
  let seen = 0;
  return values.map(value => {
    if (value === null) {
      return null;
    }
    mean = weight * mean + (1 - weight) * value;
    seen += 1;
    return weight === 0 ? value : mean / (1 - weight ** seen);
  });
}

/** Whether a logarithmic axis can show them: something is above zero. */
export function positive(aligned: IAligned): boolean {
  return aligned.columns.some(column => column.some(value => value !== null && value > 0));
}

/** `val_acc` stands with what begins with `val_`; what has no company is alone in "Metrics". */
export function grouped(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const heads = new Map<string, string[]>();
  for (const name of names) {
    const head = /^([A-Za-z]+)[_/.]/.exec(name)?.[1] ?? '';
    heads.set(head, [...(heads.get(head) ?? []), name]);
  }
  const groups = new Map<string, string[]>();
  for (const [head, members] of heads) {
    const group = head && (members.length > 1 || head === 'system') ? head : '';
    groups.set(group, [...(groups.get(group) ?? []), ...members]);
  }
  const last = ['', 'system']; // what has a name first, the machine last
  return new Map([...groups].sort(([a], [b]) => last.indexOf(a) - last.indexOf(b)));
}

function placesOf(chart: Chart, axis: Axis): readonly number[] {
  switch (axis) {
    case 'time':
      return chart.at;
    case 'relative':
      return chart.at.map(moment => Math.round((moment - chart.at[0]) * 10) / 10);
    default:
      return chart.steps;
  }
}

function finite(value: Figure): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
