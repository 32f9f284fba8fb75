/** A file could not be written: the machine's fault, not the input's. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
  readonly code: 'disk-full' | 'write-failed';

  constructor(path: string, cause: NodeJS.ErrnoException) {
    const full = cause.code === 'ENOSPC' || cause.code === 'EDQUOT';
    super(
      full
        ? `${path}: expected room to write, got a full disk. Free some space and try again; what was written before is intact.`
        : `${path}: expected to write the file, got "${cause.message}". What was written before is intact.`,
      { cause },
    );
    this.code = full ? 'disk-full' : 'write-failed';
  }
}
