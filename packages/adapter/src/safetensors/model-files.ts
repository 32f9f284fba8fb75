/** The files of a model by name, wherever they lie. */
export interface ModelFiles {
  /** What error messages call them all together, e.g. the folder's path. */
  readonly where: string;
  list(): Promise<readonly string[]>;
  /**
   * @param content what the file should hold, for error messages
   * @throws InputError `file-missing` when there is none of that name, `file-unreadable`
   */
  open(name: string, content: string): Promise<ModelFile>;
}

/** One file, to be read in parts. It needs no closing. */
export interface ModelFile {
  /** What error messages call it. */
  readonly path: string;
  readonly byteLength: number;
  /** Exactly `byteLength` bytes from `byteOffset`, in memory of their own. @throws InputError when they cannot be read */
  read(byteOffset: number, byteLength: number): Promise<Uint8Array<ArrayBuffer>>;
}
