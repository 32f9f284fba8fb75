/** One labelled text, or pair of texts. */
export interface Example {
  readonly text: string;
  readonly textPair?: string;
  /** Index into the data set's `classes`. */
  readonly label: number;
  /** The client the example naturally belongs to, e.g. its domain; partitions can follow it. */
  readonly key?: string;
}

/** Labelled texts in file order. */
export interface Dataset {
  readonly id: string;
  readonly classes: readonly string[];
  readonly examples: readonly Example[];
  /** Notes for the user on how the files were read, e.g. dropped rows. */
  readonly warnings?: readonly string[];
}

/** How files become examples. Every field has a default that fits a file with columns `text` and `label`. */
export interface Reading {
  /** Default: by the file's extension. */
  readonly format?: Format | undefined;
  /** Column names of a CSV or TSV file that has no header line. */
  readonly header?: readonly string[] | undefined;
  /** Default: `text`, else `text_a`. */
  readonly textColumn?: string | undefined;
  /** Default: none with `text`, `text_b` with `text_a`. */
  readonly textPairColumn?: string | undefined;
  /** Default: `label`. */
  readonly labelColumn?: string | undefined;
  /** Column of the natural client key. Default: the key of the file, if it has one. */
  readonly keyColumn?: string | undefined;
  /** `sign`: the label is a score; below zero is `negative`, above `positive`, zero is dropped. Default: `as-is`. */
  readonly labelRule?: 'as-is' | 'sign' | undefined;
  /** Class name for each label in the file, e.g. `{ 0: 'negative', 1: 'positive' }`. */
  readonly labelNames?: Readonly<Record<string, string>> | undefined;
  /**
   * The classes and their order, e.g. those a model was trained with; any other label is an error.
   * Default: the labels that occur, sorted (numerically when all are integers).
   */
  readonly classes?: readonly string[] | undefined;
}

/** A file format that {@link Reading} knows. */
export type Format = 'jsonl' | 'csv' | 'tsv' | 'parquet';

/** Which examples a file holds when the data set comes already split. */
export type Part = 'train' | 'test';

/** The local files of one data set, and how to read them. */
export interface DataSource {
  readonly id: string;
  readonly files: readonly {
    readonly path: string;
    readonly part?: Part | undefined;
    readonly key?: string | undefined;
  }[];
  readonly reading?: Reading | undefined;
  /** The agreed split of data that comes in one piece. */
  readonly split?: Split | undefined;
}

/** A reproducible split: how much is held out for testing and the seed that draws it. */
export type Split = { readonly seed: number } & (
  | { readonly testCount: number; readonly testFraction?: undefined }
  | { readonly testFraction: number; readonly testCount?: undefined }
);
