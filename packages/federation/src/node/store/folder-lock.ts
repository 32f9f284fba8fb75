import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Hold, holdFile } from './hold-file.ts';

/**
 * Keeps a data folder, made where there is none, for this process alone, until it is released or the process ends.
 * @throws InputError `folder-in-use` where another coordinator has it
 */
export async function lockFolder(folder: string): Promise<Hold> {
  await mkdir(folder, { recursive: true });
  return holdFile(join(folder, 'coordinator.lock'), { code: 'folder-in-use', what: folder });
}
