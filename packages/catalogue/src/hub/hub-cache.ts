import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, realpath, rename, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { writeFileAtomically } from '@legend-fl/base/node';
import type { Digest } from '../hash-file.ts';

/** A repository on the hub at a branch, tag or commit. */
export interface HubRepo {
  readonly type: 'model' | 'dataset';
  /** `org/name` */
  readonly name: string;
  readonly revision: string;
}

/** Commits are safe as folder names, whatever a server answers. */
export const commitPattern = /^[0-9a-f]{40}$/;

/**
 * The hub's cache of one repository, as Python's huggingface_hub lays it out, so that each finds what the
 * other fetched: `blobs/<etag>`, `snapshots/<commit>/<path>` linking to blobs, `refs/<revision>` = commit.
 */
export class HubCache {
  readonly folder: string;
  readonly #revision: string;

  constructor(cacheFolder: string, repo: HubRepo) {
    this.folder = join(cacheFolder, `${repo.type}s--${repo.name.replaceAll('/', '--')}`);
    this.#revision = repo.revision;
  }

  /** The commit that the revision stood for when it was last fetched. */
  async commit(): Promise<string | undefined> {
    if (commitPattern.test(this.#revision)) return this.#revision;
    const ref = await readFile(this.#refFile(), 'utf8').catch(() => '');
    return commitPattern.test(ref.trim()) ? ref.trim() : undefined;
  }

  async saveCommit(commit: string): Promise<void> {
    if (commit === this.#revision) return;
    await mkdir(dirname(this.#refFile()), { recursive: true });
    await writeFileAtomically(this.#refFile(), commit);
  }

  snapshotFolder(commit: string): string {
    return join(this.folder, 'snapshots', commit);
  }

  blobFile(digest: Digest): string {
    return join(this.folder, 'blobs', digest.hex);
  }

  /** The files of a snapshot that are there, with the digest each must have by the name of its blob. */
  async list(commit: string): Promise<Map<string, Digest | undefined>> {
    const folder = this.snapshotFolder(commit);
    const digests = new Map<string, Digest | undefined>();
    for (const path of await readdir(folder, { recursive: true }).catch(() => [])) {
      const target = await realpath(join(folder, path)).catch(() => undefined);
      if (target === undefined || !(await stat(target)).isFile()) continue;
      digests.set(path.replaceAll(sep, '/'), digestFromName(basename(target)));
    }
    return digests;
  }

  /** Makes the blob appear in a snapshot: as a relative link, or a copy where the system permits no links. */
  async link(commit: string, path: string, digest: Digest): Promise<void> {
    const file = join(this.snapshotFolder(commit), path);
    const blob = this.blobFile(digest);
    const fresh = `${file}.${randomUUID()}`;
    await mkdir(dirname(file), { recursive: true });
    try {
      await symlink(relative(dirname(file), blob), fresh);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'EPERM' && code !== 'ENOTSUP') throw error;
      await copyFile(blob, fresh);
    }
    await rename(fresh, file);
  }

  #refFile(): string {
    return join(this.folder, 'refs', this.#revision);
  }
}

/** A blob is named by its digest; a file without links is not. */
function digestFromName(hex: string): Digest | undefined {
  if (/^[0-9a-f]{64}$/.test(hex)) return { algorithm: 'sha256', hex };
  if (/^[0-9a-f]{40}$/.test(hex)) return { algorithm: 'git-blob', hex };
  return undefined;
}
