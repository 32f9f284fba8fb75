import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { type Hold, holdFile } from '@legend-fl/base/node';

/**
 * Keeps a data folder, made for this user alone where there is none, for this process, until it is released or the process ends.
 * @throws InputError `folder-in-use` where another coordinator has it, `folder-unusable`
 */
export async function lockFolder(folder: string): Promise<Hold> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new InputError({
      code: 'folder-unusable',
      expected: 'a folder, or a place where one can be made',
      got: `"${(cause as Error).message}"`,
      where: folder,
      todo: 'Name another folder, or give this user the right to write there.',
      cause,
    });
  }
  return holdFile(join(folder, 'coordinator.lock'), { code: 'folder-in-use', what: folder });
}
