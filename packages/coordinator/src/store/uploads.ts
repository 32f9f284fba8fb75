import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { WriteError } from '@legend-fl/base/node';
import type { uploadStateSchema } from '@legend-fl/protocol';
import type { z } from 'zod';
import { Refusal } from '../refusals/refusal.ts';
import type { BlobFolder } from './blobs.ts';
import { checkHash, checkIdentifier } from './check-name.ts';

type UploadState = z.output<typeof uploadStateSchema>;

/** A part of an upload, as it comes in. */
export interface UploadPart {
  readonly sha256: string;
  /** Where the body belongs. */
  readonly offset: number;
  /** Bytes of the whole upload. */
  readonly length: number;
  readonly body: Readable;
}

/** Uploads that a device may have under way; the one longest untouched makes room for a new one. */
const PARTS_PER_DEVICE = 4;

/** An upload under way, and the empty file that says that its device has sent all of it. */
const [PART, WHOLE] = ['.part', '.whole'];

/** Uploads whose hash is kept between two parts; it takes less than a kilobyte. */
const MOST_HASHES = 10_000;

/**
 * What devices are uploading: per device and SHA-256 one file that grows at its end, and becomes a blob when it is
 * whole. It can be cut off anywhere and go on from there, after a restart as well. To each device its own uploads are all
 * there is: a blob that another one has sent is no more there for it than one that nobody has.
 */
export class UploadFolder {
  readonly #folder: string;
  readonly #blobs: BlobFolder;
  /** By path. */
  readonly #underWay = new Map<string, { readonly body: Readable; readonly ended: Promise<unknown> }>();

  /** Of what came in of uploads that go on, by path, so that it need not be read again. */
  readonly #hashes = new Map<string, { readonly hash: Hash; readonly bytes: number }>();

  /** @param blobs of the same file system */
  constructor(folder: string, blobs: BlobFolder) {
    this.#folder = folder;
    this.#blobs = blobs;
  }

  async state(device: string, sha256: string): Promise<UploadState> {
    const path = this.#pathOf(device, sha256);
    if (await this.#isWhole(device, sha256)) return this.#complete(sha256);
    return { offset: await sizeOf(path), complete: false };
  }

  /** Bytes of what a device has uploaded whole and is still there; 0 otherwise, whatever others have uploaded. */
  async uploadedBytes(device: string, sha256: string): Promise<number> {
    if (!(await this.#isWhole(device, sha256))) return 0;
    return (await this.#blobs.sizeOf(sha256)) ?? 0;
  }

  /** Forgets an upload, unless something is being added to it. Its blob, where it has come to be one, is left. */
  async discard(device: string, sha256: string): Promise<void> {
    const path = this.#pathOf(device, sha256);
    if (this.#underWay.has(path)) return;
    await rm(path, { force: true });
    await rm(this.#markOf(device, sha256), { force: true });
  }

  /**
   * Writes a part to the disk as it comes in. A body that is cut short leaves what arrived, and this resolves. An
   * append of the same upload that is still under way is ended: its device has lost that connection and come back.
   *
   * Whatever of the body is not read is left to the caller, who may want to answer first.
   *
   * @param limit bytes that an upload may have
   * @throws Refusal `body-too-long`, `upload-offset` with the offset to go on from, `upload-corrupt` after which it
   *   begins anew, `request-invalid`; WriteError
   */
  async append(part: UploadPart & { readonly device: string }, limit: number): Promise<UploadState> {
    const { device, sha256, offset, length, body } = part;
    const path = this.#pathOf(device, sha256);
    checkLength({ offset, length }, limit);
    for (let other = this.#underWay.get(path); other !== undefined; other = this.#underWay.get(path)) {
      other.body.destroy();
      await other.ended;
    }
    const appending = this.#append(path, part).finally(() => this.#underWay.delete(path));
    this.#underWay.set(path, { body, ended: appending.catch(() => {}) });
    return appending;
  }

  /**
   * Deletes what nobody has added to since a time, in milliseconds since 1970.
   * @returns how many uploads it has given up
   */
  async deleteOlderThan(time: number): Promise<number> {
    let deleted = 0;
    for (const device of await listNames(this.#folder)) {
      for (const { path, changedAt } of await this.#listIdle(device)) {
        if (changedAt >= time) continue;
        await rm(path, { force: true });
        deleted++;
      }
    }
    return deleted;
  }

  async #append(
    path: string,
    { device, sha256, offset, length, body }: UploadPart & { readonly device: string },
  ): Promise<UploadState> {
    if (await this.#isWhole(device, sha256)) return this.#complete(sha256);
    const held = await sizeOf(path);
    if (held > length) {
      await rm(path);
      throw new Refusal(
        'upload-corrupt',
        `Expected an upload of ${length} bytes, got more before. Begin anew.`,
      );
    }
    if (offset !== held) {
      throw new Refusal(
        'upload-offset',
        `Expected the upload to go on at byte ${held}, got byte ${offset}.`,
        {
          offset: held,
        },
      );
    }
    if (held === 0) await this.#makeRoom(device);
    const hash = await this.#hashOf(path, held);
    const file = await openPart(path);
    try {
      const now = await receive({ path, file, hash, held, length, body });
      if (now < length) {
        this.#keepHash(path, hash, now);
        return { offset: now, complete: false };
      }
    } finally {
      await file.close();
    }
    if (hash.digest('hex') !== sha256) {
      await rm(path);
      throw new Refusal(
        'upload-corrupt',
        `Expected content of the hash ${sha256}, got other content. Begin anew.`,
      );
    }
    // First: were the process killed in between, the device would go on with the part that is there.
    await (await openPart(this.#markOf(device, sha256))).close();
    await this.#blobs.adopt(path, sha256);
    return { offset: length, complete: true };
  }

  /** Whether the device itself has sent all of it, and it is still there. */
  async #isWhole(device: string, sha256: string): Promise<boolean> {
    const mark = await stat(this.#markOf(device, sha256)).catch(ignoreMissing);
    return mark !== undefined && this.#blobs.renew(sha256);
  }

  /** The hash of what is held of an upload, to go on with. */
  async #hashOf(path: string, held: number): Promise<Hash> {
    const known = this.#hashes.get(path);
    this.#hashes.delete(path);
    if (known?.bytes === held) return known.hash;
    const hash = createHash('sha256');
    if (held > 0) for await (const chunk of createReadStream(path)) hash.update(chunk);
    return hash;
  }

  #keepHash(path: string, hash: Hash, bytes: number): void {
    const [oldest] = this.#hashes.keys();
    if (oldest !== undefined && this.#hashes.size >= MOST_HASHES) this.#hashes.delete(oldest);
    this.#hashes.set(path, { hash, bytes });
  }

  /** Makes the device's folder, and deletes its oldest uploads where it would have too many. */
  async #makeRoom(device: string): Promise<void> {
    const folder = join(this.#folder, device);
    try {
      await mkdir(folder, { recursive: true });
    } catch (cause) {
      throw new WriteError(folder, cause as NodeJS.ErrnoException);
    }
    const idle = await this.#listIdle(device);
    const parts = idle.filter(({ path }) => path.endsWith(PART));
    parts.sort((one, other) => other.changedAt - one.changedAt);
    for (const { path } of parts.slice(PARTS_PER_DEVICE - 1)) await rm(path, { force: true });
    for (const { path } of idle.filter((file) => file.path.endsWith(WHOLE))) {
      if (!(await this.#blobs.has(basename(path, WHOLE)))) await rm(path, { force: true });
    }
  }

  async #complete(sha256: string): Promise<UploadState> {
    return { offset: (await this.#blobs.sizeOf(sha256)) ?? 0, complete: true };
  }

  /** The uploads of a device that nothing is being added to. */
  async #listIdle(device: string): Promise<{ path: string; changedAt: number }[]> {
    const folder = join(this.#folder, device);
    const idle = [];
    for (const name of await listNames(folder)) {
      const path = join(folder, name);
      const changedAt = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      );
      if (changedAt !== undefined && !this.#underWay.has(path)) idle.push({ path, changedAt });
    }
    return idle;
  }

  #pathOf(device: string, sha256: string): string {
    return join(this.#folder, checkIdentifier(device), `${checkHash(sha256)}${PART}`);
  }

  #markOf(device: string, sha256: string): string {
    return join(this.#folder, checkIdentifier(device), `${checkHash(sha256)}${WHOLE}`);
  }
}

/** Throws Refusal `request-invalid`, `body-too-long` of an upload that cannot be, before anything is done about it. */
export function checkLength({ offset, length }: Pick<UploadPart, 'offset' | 'length'>, limit: number): void {
  for (const bytes of [offset, length]) {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new Refusal('request-invalid', `Expected a number of bytes, got ${bytes}.`);
    }
  }
  if (length > limit) {
    throw new Refusal('body-too-long', `Expected an upload of at most ${limit} bytes, got ${length}.`);
  }
}

interface Reception {
  readonly path: string;
  readonly file: FileHandle;
  readonly hash: Hash;
  /** Bytes in the file. */
  readonly held: number;
  readonly length: number;
  readonly body: Readable;
}

/** Adds a body to a file as far as it comes; returns how many bytes the file has then. */
async function receive({ path, file, hash, held, length, body }: Reception): Promise<number> {
  let offset = held;
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      if (offset + chunk.length > length) {
        throw new Refusal('body-too-long', `Expected an upload of ${length} bytes, got more.`);
      }
      await file.appendFile(chunk).catch((cause) => {
        throw new WriteError(path, cause);
      });
      hash.update(chunk);
      offset += chunk.length;
    }
  } catch (error) {
    // Anything else is the body's: its connection was lost.
    if (error instanceof Refusal || error instanceof WriteError) throw error;
  }
  return offset;
}

async function openPart(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a');
  } catch (cause) {
    throw new WriteError(path, cause as NodeJS.ErrnoException);
  }
}

/** 0 where there is no file. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(ignoreMissing))?.size ?? 0;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** None where there is no folder. */
async function listNames(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? [];
}
