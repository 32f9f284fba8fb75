import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { z } from 'zod';
import { rememberSha256 } from './hash-file.ts';
import { weightsFile, weightsIndexFile } from './select-model-files.ts';

const weightsIndex = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * The sha256 of model.safetensors; for weights in several files, of the lines `<sha256>  <name>` of the files
 * its index names, sorted by name (the output of `sha256sum`).
 *
 * @throws InputError for an index that is malformed or names files that are not there.
 */
export async function hashWeights(folder: string, cacheFolder: string): Promise<string> {
  const names = await readdir(folder);
  if (names.includes(weightsFile)) return rememberSha256(join(folder, weightsFile), cacheFolder);
  const hash = createHash('sha256');
  for (const name of await readIndex(join(folder, weightsIndexFile), names)) {
    hash.update(`${await rememberSha256(join(folder, name), cacheFolder)}  ${name}\n`);
  }
  return hash.digest('hex');
}

async function readIndex(file: string, present: readonly string[]): Promise<string[]> {
  const problem = { code: 'weights-index-invalid', where: file, todo: 'Fetch the model again.' };
  let parts: string[];
  try {
    parts = Object.values(weightsIndex.parse(JSON.parse(await readFile(file, 'utf8'))).weight_map);
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof z.ZodError)) throw cause;
    throw new InputError({ ...problem, expected: 'JSON with a weight_map', got: 'something else', cause });
  }
  const names = [...new Set(parts)].sort();
  const missing = names.filter((name) => !present.includes(name));
  if (missing.length > 0) {
    const got = `no ${missing.join(', ')}`;
    throw new InputError({ ...problem, expected: 'every file of its weight_map in the same folder', got });
  }
  return names;
}
