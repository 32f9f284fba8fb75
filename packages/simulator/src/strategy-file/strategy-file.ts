/** The file of a strategy, and its content's hash when it was loaded. */
export interface StrategyFile {
  /** As the user gave it. */
  readonly path: string;
  /** Without symbolic links, as stacks name it. */
  readonly realPath: string;
  /** Of the file alone, without the files that it imports. */
  readonly sha256: string;
}
