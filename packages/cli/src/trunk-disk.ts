import { stat } from 'node:fs/promises';
import { InputError } from '@legend-fl/base';
import type { ElementType } from '@legend-fl/trainer';
import type { TrunkDisk } from '@legend-fl/trainer/node';

/** Options for a folder for hidden states. */
export interface TrunkCacheOptions {
  readonly trunkCache?: string;
  readonly trunkCacheMb?: number;
  readonly trunkCacheType?: ElementType;
}

/** Room for 40,000 examples of 64 tokens at hidden size 384 in f32. */
export const DEFAULT_TRUNK_CACHE_MB = 4000;

/**
 * The folder for hidden states, if one was given.
 * @throws InputError if it is a file, or if it is missing and another option needs it
 */
export async function trunkDiskOf(options: TrunkCacheOptions): Promise<TrunkDisk | undefined> {
  const { trunkCache: folder, trunkCacheMb, trunkCacheType } = options;
  if (folder === undefined) {
    if (trunkCacheMb !== undefined) throw folderMissing('--trunk-cache-mb');
    if (trunkCacheType !== undefined) throw folderMissing('--trunk-cache-type');
    return undefined;
  }
  // Whether it can be written shows at the first write, and does not stop a run.
  const entry = await stat(folder).catch(() => undefined);
  if (entry && !entry.isDirectory()) {
    throw new InputError({
      code: 'trunk-cache-unusable',
      expected: 'a folder, or a path where one can be made',
      got: 'a file',
      where: folder,
      todo: 'Choose another folder with --trunk-cache.',
    });
  }
  return { folder, bytes: (trunkCacheMb ?? DEFAULT_TRUNK_CACHE_MB) * 1e6 };
}

function folderMissing(option: string): InputError {
  return new InputError({
    code: 'trunk-cache-missing',
    expected: 'a folder to apply it to',
    got: 'no --trunk-cache',
    where: option,
    todo: 'Give the folder with --trunk-cache, or leave the option out.',
  });
}
