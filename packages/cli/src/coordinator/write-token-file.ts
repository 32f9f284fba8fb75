import { writeFileAtomically } from '@legend-fl/base/node';

/** Writes a token into a file that nobody but this user can read, in place of one that was there. Throws WriteError. */
export function writeTokenFile(path: string, token: string): Promise<void> {
  return writeFileAtomically(path, `${token}\n`, { mode: 0o600 });
}
