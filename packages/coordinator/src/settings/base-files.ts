import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A file of the base model that devices may fetch. */
export interface BaseFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a device needs of a model folder: configuration, tokenizer, weights in one file or several with their index. */
const NEEDED =
  /^(config\.json|tokenizer\.json|tokenizer_config\.json|.*\.safetensors|.*\.safetensors\.index\.json)$/;

/** By path; a file is hashed again when its size or time of modification differ. */
const hashes = new Map<string, { readonly stamp: string; readonly sha256: Promise<string> }>();

/** The files of a model folder that devices fetch, in the order of their names. */
export async function listBaseFiles(folder: string): Promise<readonly BaseFile[]> {
  const present = (await readdir(folder)).filter((name) => NEEDED.test(name)).sort();
  // Beside the weights in one file, an index is of no use.
  const names = present.includes(WEIGHTS)
    ? present.filter((name) => name === WEIGHTS || !name.includes('.safetensors'))
    : present;
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { size, mtimeMs } = await stat(path);
      return { name, path, bytes: size, sha256: await rememberHash(path, `${size} ${mtimeMs}`) };
    }),
  );
}

const WEIGHTS = 'model.safetensors';

function rememberHash(path: string, stamp: string): Promise<string> {
  const known = hashes.get(path);
  if (known?.stamp === stamp) return known.sha256;
  const sha256 = hashFile(path);
  hashes.set(path, { stamp, sha256 });
  sha256.catch(() => hashes.delete(path));
  return sha256;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
