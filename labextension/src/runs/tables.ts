/** Tables as they were logged, row by row or column by column, laid out in rows. */

export interface ITable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** `{"loss": [1, 2], "acc": [3, 4]}`: columns, perhaps of unlike lengths. One value is a column. */
export function columnsOf(value: unknown): ITable {
  const columns = Object.entries(value ?? {}).map(
    ([name, cells]) => [name, Array.isArray(cells) ? (cells as unknown[]) : [cells]] as const
  );
  const n = Math.max(0, ...columns.map(([, cells]) => cells.length));
  return {
    head: columns.map(([name]) => name),
    rows: Array.from({ length: n }, (_, i) => columns.map(([, cells]) => cells[i]))
  };
}

/** Rows, each with columns of its own: the table has all of them, in the order they came. */
export function rowsOf(values: readonly unknown[]): ITable {
  const head = [...new Set(values.flatMap(value => Object.keys(value ?? {})))];
  const rows = values.map(value => head.map(name => (value as Record<string, unknown>)[name]));
  return { head, rows };
}

/** The file that stands for a value: an image's, or that of a table too large for a record. */
export function pathOf(value: unknown): string | null {
  const path = (value as { path?: unknown } | null)?.path;
  const alone = path !== undefined && Object.keys(value as object).length === 1;
  return alone && typeof path === 'string' ? path : null;
}
