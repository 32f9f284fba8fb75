import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomically } from '@legend-fl/base/node';
import { z } from 'zod';
import type { Digest } from '../hash-file.ts';
import type { HubRepo } from './hub-cache.ts';

const savedListing = z.record(
  z.string(),
  z.object({ algorithm: z.enum(['sha256', 'git-blob']), hex: z.string() }),
);

/** Remembers which files a repository has at a commit, and their digests; that never changes. */
export async function saveListing(
  cacheFolder: string,
  repo: HubRepo,
  commit: string,
  digests: ReadonlyMap<string, Digest>,
): Promise<void> {
  const file = listingFile(cacheFolder, repo, commit);
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomically(file, JSON.stringify(Object.fromEntries(digests)));
}

/** The listing saved for a commit, if it is there and whole. */
export async function readListing(
  cacheFolder: string,
  repo: HubRepo,
  commit: string,
): Promise<Map<string, Digest> | undefined> {
  const text = await readFile(listingFile(cacheFolder, repo, commit), 'utf8').catch(() => '');
  try {
    return new Map(Object.entries(savedListing.parse(JSON.parse(text))));
  } catch {
    return undefined; // absent or damaged: the hub is asked again
  }
}

function listingFile(cacheFolder: string, repo: HubRepo, commit: string): string {
  return join(
    cacheFolder,
    'hub-listings',
    `${repo.type}s--${repo.name.replaceAll('/', '--')}`,
    `${commit}.json`,
  );
}
