import { readdir } from 'node:fs/promises';
import { InputError } from '@legend-fl/base';

/** @throws InputError when a folder that is to be written exists and holds something */
export async function refuseFilledFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new InputError({
      code: 'out-unusable',
      expected: 'a folder that can be written',
      got: error.message,
      where: folder,
      todo: 'Choose another folder with --out.',
      cause: error,
    });
  });
  if (names.length === 0) return;
  throw new InputError({
    code: 'out-taken',
    expected: 'a new or empty folder',
    got: `one that holds ${names.slice(0, 3).join(', ')}`,
    where: folder,
    todo: 'Choose another folder with --out.',
  });
}
