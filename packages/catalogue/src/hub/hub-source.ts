import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pins } from '../catalogue.ts';
import { downloadFile } from '../download/download-file.ts';
import { type Digest, hashFile, rememberSha256 } from '../hash-file.ts';
import type { Settings } from '../read-settings.ts';
import { type LocalFiles, type SelectFiles, type Source, SourceFailure } from '../source.ts';
import { HubCache, type HubRepo } from './hub-cache.ts';
import { hubHeaders, listHubFiles } from './list-hub-files.ts';
import { readListing, saveListing } from './saved-listing.ts';

/**
 * A repository on the Hugging Face hub as a source. Once fetched, a branch or tag stays at that commit until
 * the cache is removed. Every file is checked against its pin, else against the hub's own digest.
 *
 * Of the package `@huggingface/hub` only the metadata calls serve here: its download functions neither
 * report progress, nor continue, nor verify, nor leave out files that are not needed.
 */
export function hubSource(
  repo: HubRepo,
  select: SelectFiles,
  pins: Pins | undefined,
  settings: Settings,
): Source {
  const cache = new HubCache(settings.hub.cacheFolder, repo);
  return {
    name: 'the Hugging Face hub',
    setting: 'HF_ENDPOINT',
    cached: () => findCached(cache, repo, select, pins ?? {}, settings),
    fetch: () => fetchFiles(cache, repo, select, pins ?? {}, settings),
  };
}

async function findCached(
  cache: HubCache,
  repo: HubRepo,
  select: SelectFiles,
  pins: Pins,
  settings: Settings,
): Promise<LocalFiles | undefined> {
  const commit = await cache.commit();
  if (commit === undefined) return undefined;
  // Which files a data set needs shows only in the full listing; a snapshot made by others may hold a part.
  const saved = await readListing(settings.cacheFolder, repo, commit);
  const digests = saved ?? (repo.type === 'model' ? await cache.list(commit) : new Map<string, Digest>());
  const files = selectOrNone(select, [...digests.keys()]);
  if (files === undefined) return undefined;
  for (const path of files) {
    const file = join(cache.snapshotFolder(commit), path);
    if (!(await isFile(file))) return undefined;
    const expected = pinnedDigest(pins, path) ?? digests.get(path);
    if (expected !== undefined && !(await hasDigest(file, expected, settings))) {
      settings.log(`${file}: its ${expected.algorithm} is not ${expected.hex}; not used`);
      return undefined;
    }
  }
  return { folder: cache.snapshotFolder(commit), files };
}

async function fetchFiles(
  cache: HubCache,
  repo: HubRepo,
  select: SelectFiles,
  pins: Pins,
  settings: Settings,
): Promise<LocalFiles> {
  const { commit, digests } = await listHubFiles(repo, settings);
  const files = select([...digests.keys()]);
  for (const path of files) {
    const digest = digests.get(path);
    if (digest === undefined) throw new SourceFailure('incomplete', `it lacks ${path}`);
    const pin = pinnedDigest(pins, path);
    if (pin !== undefined && digest.algorithm === 'sha256') checkPin(path, pin, digest.hex);
    const blob = cache.blobFile(digest);
    if (!(await isFile(blob)) || !(await hasDigest(blob, digest, settings))) {
      await rm(blob, { force: true });
      const url = resolveUrl(repo, commit, path, settings);
      const headers = hubHeaders(url, settings);
      await downloadFile({ url, headers, path: blob, partialsBeside: blob, name: path, digest }, settings);
    }
    if (pin !== undefined) checkPin(path, pin, await rememberSha256(blob, settings.cacheFolder));
    await cache.link(commit, path, digest);
  }
  await saveListing(settings.cacheFolder, repo, commit, digests);
  await cache.saveCommit(commit);
  return { folder: cache.snapshotFolder(commit), files };
}

function resolveUrl(repo: HubRepo, commit: string, path: string, { hub }: Settings): string {
  const prefix = repo.type === 'dataset' ? 'datasets/' : '';
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `${hub.url}/${prefix}${repo.name}/resolve/${commit}/${encoded}`;
}

function pinnedDigest(pins: Pins, path: string): Digest | undefined {
  const hex = Object.hasOwn(pins, path) ? pins[path] : undefined;
  return hex === undefined ? undefined : { algorithm: 'sha256', hex };
}

function checkPin(path: string, pin: Digest, sha256: string): void {
  if (sha256 === pin.hex) return;
  throw new SourceFailure('wrong-bytes', `${path}: expected sha256 ${pin.hex}, it has ${sha256}`);
}

function selectOrNone(select: SelectFiles, paths: readonly string[]): readonly string[] | undefined {
  try {
    return select(paths);
  } catch (error) {
    if (error instanceof SourceFailure) return undefined;
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

async function hasDigest(file: string, digest: Digest, { cacheFolder }: Settings): Promise<boolean> {
  const sha256 = digest.algorithm === 'sha256';
  const hex = sha256 ? await rememberSha256(file, cacheFolder) : await hashFile(file, digest.algorithm);
  return hex === digest.hex;
}
