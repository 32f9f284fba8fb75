import { createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { openPromise } from 'yauzl';
import type { PackageOrigin } from '../catalogue.ts';
import { SourceFailure } from '../source.ts';

/**
 * Writes the files `names` of a wheel (zip) or source distribution (tar.gz) into `target`, looking for them
 * where `origin` says: through inner archives, in a folder.
 *
 * @throws SourceFailure when the archive lacks one of them.
 */
export async function extractFiles(
  archive: string,
  { innerArchives, folder }: Pick<PackageOrigin, 'innerArchives' | 'folder'>,
  names: readonly string[],
  target: string,
): Promise<void> {
  const [inner, ...rest] = innerArchives;
  if (inner === undefined) {
    await extractMembers(archive, new Map(names.map((name) => [`${folder}/${name}`, join(target, name)])));
    return;
  }
  const scratch = await mkdtemp(join(target, 'inner-'));
  const innerFile = join(scratch, basename(inner));
  await extractMembers(archive, new Map([[inner, innerFile]]));
  await extractFiles(innerFile, { innerArchives: rest, folder }, names, target);
  await rm(scratch, { recursive: true });
}

/** Writes members of an archive to files, given by the member's path. */
async function extractMembers(archive: string, targets: ReadonlyMap<string, string>): Promise<void> {
  const isZip = /\.(whl|zip)$/.test(archive);
  const written = await (isZip ? extractFromZip(archive, targets) : extractFromTar(archive, targets));
  const missing = [...targets.keys()].filter((member) => !written.has(member));
  if (missing.length > 0) {
    throw new SourceFailure('incomplete', `${basename(archive)} lacks ${missing.join(', ')}`);
  }
}

async function extractFromZip(archive: string, targets: ReadonlyMap<string, string>): Promise<Set<string>> {
  const written = new Set<string>();
  const zip = await openPromise(archive);
  for await (const entry of zip.eachEntry()) {
    const target = targets.get(entry.fileName);
    if (target === undefined) continue;
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
    written.add(entry.fileName);
  }
  return written;
}

async function extractFromTar(archive: string, targets: ReadonlyMap<string, string>): Promise<Set<string>> {
  const scratch = await mkdtemp(`${archive}.`);
  const found = new Set<string>();
  await extract({
    file: archive,
    cwd: scratch,
    noMtime: true,
    filter: (path, entry) => {
      const wanted = targets.has(path) && 'type' in entry && entry.type === 'File';
      if (wanted) found.add(path);
      return wanted;
    },
  });
  for (const path of found) {
    const target = targets.get(path);
    if (target !== undefined) await rename(join(scratch, path), target);
  }
  await rm(scratch, { recursive: true });
  return found;
}
