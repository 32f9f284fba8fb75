import { datasetInfo, HubApiError, listFiles, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { request, requestFailure, statusFailure } from '../download/request.ts';
import type { Digest } from '../hash-file.ts';
import type { Settings } from '../read-settings.ts';
import { SourceFailure } from '../source.ts';
import { commitPattern, type HubRepo } from './hub-cache.ts';

/** The files of a repository at one commit. */
interface HubListing {
  readonly commit: string;
  readonly digests: ReadonlyMap<string, Digest>;
}

const listedFile = z.object({
  type: z.string(),
  path: z.string(),
  oid: z.string().regex(/^[0-9a-f]{40}$/),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/) }).optional(),
});

/**
 * Asks the hub which commit a revision stands for and which files it has, with the digest of each: sha256
 * for large files, the Git blob id for the others.
 *
 * @throws SourceFailure when the hub is out of reach, refuses, or answers in another form.
 */
export async function listHubFiles(repo: HubRepo, settings: Settings): Promise<HubListing> {
  const { timeoutMs, url } = settings.hub;
  const authorized: typeof fetch = (input, init) => {
    const target = input instanceof Request ? input.url : String(input);
    const headers = { ...Object.fromEntries(new Headers(init?.headers)), ...hubHeaders(target, settings) };
    return request(target, { ...init, headers }, { timeoutMs, signal: settings.signal });
  };
  const at = { hubUrl: url, revision: repo.revision, fetch: authorized };
  try {
    const { sha } =
      repo.type === 'model'
        ? await modelInfo({ ...at, name: repo.name, additionalFields: ['sha'] })
        : await datasetInfo({ ...at, name: repo.name, additionalFields: ['sha'] });
    const commit = z.string().regex(commitPattern).parse(sha);
    const digests = new Map<string, Digest>();
    const recursive = repo.type === 'dataset';
    for await (const item of listFiles({ ...at, repo, revision: commit, recursive })) {
      const { type, path, oid, lfs } = listedFile.parse(item);
      if (type !== 'file' || !isInside(path)) continue;
      digests.set(path, lfs ? { algorithm: 'sha256', hex: lfs.oid } : { algorithm: 'git-blob', hex: oid });
    }
    return { commit, digests };
  } catch (error) {
    if (error instanceof HubApiError) throw statusFailure(error.statusCode, error.url);
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      throw new SourceFailure('refused', `${url} does not answer as the hub's API does`, error);
    }
    throw requestFailure(error, url, timeoutMs, settings.signal);
  }
}

/** The token, for requests to the hub itself and nobody else. */
export function hubHeaders(target: string, { hub }: Settings): Record<string, string> {
  const isHub = new URL(target).origin === new URL(hub.url).origin;
  return isHub && hub.token !== undefined ? { authorization: `Bearer ${hub.token}` } : {};
}

/** Whether a path stays inside the folder it is joined to. */
function isInside(path: string): boolean {
  return path.split(/[/\\]/).every((segment) => segment !== '' && segment !== '..') && !path.includes(':');
}
