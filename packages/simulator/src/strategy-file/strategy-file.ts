/** Where a strategy comes from, and what the file said when it was loaded. */
export interface StrategyFile {
  /** As it was given. */
  readonly path: string;
  /** The same without symbolic links, as stacks name it. */
  readonly realPath: string;
  /** Of the file itself; not of what it imports. */
  readonly sha256: string;
}
