/** A file opened for reading by rows. */
export interface Table {
  /** Column names in file order, of the first row where a format has no header; empty when there are no rows. */
  readonly columns: readonly string[];
  /** All rows with at least the wanted columns. */
  rows(wanted: readonly string[]): Promise<readonly Row[]>;
}

export interface Row {
  /** File and line or row, 1-based, e.g. `reviews.csv, line 3`. */
  readonly place: string;
  /** The cell's value: text, number, bigint, null, …; throws InputError if the row lacks a column that other rows have. */
  cell(column: string): unknown;
}

/** Content of a file and its name in messages. */
export interface FileContent {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
