/** Files of one model or data set on this machine. */
export interface LocalFiles {
  readonly folder: string;
  /** Paths inside the folder, with forward slashes. */
  readonly files: readonly string[];
}

/** A place from which the files of a model or data set can be downloaded. */
export interface Source {
  /** For messages, e.g. `the Hugging Face hub`. */
  readonly name: string;
  /** The environment variable that says where this source is. */
  readonly setting: string;
  /** Verified files from this source that are already here; makes no request. */
  cached(): Promise<LocalFiles | undefined>;
  /** Fetches what is missing. Throws a {@link SourceFailure} when the source cannot deliver. */
  fetch(): Promise<LocalFiles>;
}

/** Picks the needed ones among the paths a source has; throws a {@link SourceFailure} when some are missing. */
export type SelectFiles = (paths: readonly string[]) => readonly string[];

/** Why a source cannot deliver; another source may. Faults of this machine, e.g. a full disk, are other errors. */
export class SourceFailure extends Error {
  override readonly name = 'SourceFailure';
  readonly kind: 'unreachable' | 'refused' | 'incomplete' | 'wrong-bytes';

  constructor(kind: SourceFailure['kind'], message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}
