/** What a person chose for the device. */
export interface DeviceChoice {
  readonly name: string;
  /** Stays in this browser. */
  readonly file: Blob;
  /** Name of the file; its extension tells the format. */
  readonly path: string;
  readonly columns: DataColumns;
  /** That training may take. */
  readonly memoryBytes: number;
  readonly runtime: 'fastest' | 'wasm';
}

/** Names of columns; the defaults where one is left out. */
export interface DataColumns {
  readonly textColumn?: string | undefined;
  readonly textPairColumn?: string | undefined;
  readonly labelColumn?: string | undefined;
}
