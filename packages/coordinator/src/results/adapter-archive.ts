import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';

/** The same in every archive, so that the same adapter gives the same bytes. */
const MODIFIED = new Date('2026-01-01T00:00:00');

/**
 * A zip archive of an adapter's folder, stored as it is: tensors hardly shrink, and loading them should not wait.
 * @param name of the folder inside the archive, which PEFT loads
 */
export async function archiveAdapter(folder: string, name: string): Promise<Uint8Array> {
  const files = (await readdir(folder)).sort();
  const contents = await Promise.all(files.map((file) => readFile(join(folder, file))));
  const entries = files.map((file, index) => [`${name}/${file}`, contents[index] ?? new Uint8Array()]);
  return zipSync(Object.fromEntries(entries), { level: 0, mtime: MODIFIED });
}
