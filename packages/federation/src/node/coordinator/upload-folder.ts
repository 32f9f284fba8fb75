import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { limits } from '../../protocol/limits.ts';
import type { uploadStateSchema } from '../../protocol/update.ts';
import { syncFolder } from './blob-folder.ts';
import type { Blobs } from './blobs.ts';
import type { UploadPart } from './coordinator.ts';
import { Refusal } from './refusal.ts';
import { serially } from './serially.ts';

type UploadState = z.output<typeof uploadStateSchema>;

/** Uploads on their way to become blobs: what has arrived of each lies in `<folder>/<device>/<sha256>.part`. */
export class UploadFolder {
  readonly #folder: string;
  readonly #blobs: Blobs;
  /** Works on one device's uploads, one after the other. */
  readonly #turns = new Map<string, { readonly inTurn: ReturnType<typeof serially>; users: number }>();
  #bytesReceived = 0;

  constructor(folder: string, blobs: Blobs) {
    this.#folder = folder;
    this.#blobs = blobs;
  }

  /** By this process, so far. */
  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** How much of an upload is there. */
  async state(device: string, sha256: string): Promise<UploadState> {
    const blob = await this.#blobs.find(sha256);
    if (blob !== undefined) return { offset: blob.bytes, complete: true };
    return { offset: await sizeOf(this.#pathOf(device, sha256)), complete: false };
  }

  /**
   * Appends to an upload. What arrives before a connection breaks is kept. A device has one upload at a time: another
   * one takes the place of what is unfinished.
   * @throws Refusal `upload-offset` with the right offset, `upload-corrupt`, `body-too-long`, `request-invalid`,
   * `disk-full`; what reading the body threw
   */
  append(device: string, part: UploadPart): Promise<UploadState> {
    return this.#inTurn(device, () => this.#append(device, part));
  }

  /** Deletes what has arrived of a device's uploads. */
  async discard(device: string): Promise<void> {
    await this.#inTurn(device, () => rm(join(this.#folder, device), { recursive: true, force: true }));
  }

  /** Deletes uploads of devices that are not to upload anything. */
  async sweep(mayUpload: (device: string) => boolean): Promise<void> {
    const devices = await readdir(this.#folder).catch(() => []);
    for (const device of devices) if (!mayUpload(device)) await this.discard(device);
  }

  async #append(device: string, { sha256, offset, length, body }: UploadPart): Promise<UploadState> {
    if (length > limits.uploadBytes) {
      throw new Refusal('body-too-long', `An upload has at most ${limits.uploadBytes} bytes, not ${length}.`);
    }
    const before = await this.state(device, sha256);
    if (before.complete) {
      body.resume();
      return before;
    }
    if (offset !== before.offset) {
      const message = `The upload goes on at byte ${before.offset}, not ${offset}.`;
      throw new Refusal('upload-offset', message, { offset: before.offset });
    }
    const path = this.#pathOf(device, sha256);
    if (offset === 0) await this.#makeRoom(path);
    const size = await this.#receive(path, { offset, length, body });
    if (size < length) return { offset: size, complete: false };
    await this.#complete(path, sha256);
    return { offset: size, complete: true };
  }

  async #makeRoom(path: string): Promise<void> {
    const home = dirname(path);
    await rm(home, { recursive: true, force: true });
    await storing(() => mkdir(home, { recursive: true }));
  }

  /** Appends the body. @returns bytes that are there now */
  async #receive(path: string, { offset, length, body }: Omit<UploadPart, 'sha256'>): Promise<number> {
    const file = await storing(() => open(path, offset === 0 ? 'w' : 'r+'));
    let size = offset;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        if (size + chunk.byteLength > length) {
          throw new Refusal('request-invalid', `More came than the ${length} bytes that were announced.`);
        }
        await writeAll(file, chunk, size);
        size += chunk.byteLength;
        this.#bytesReceived += chunk.byteLength;
      }
      if (size === length) await storing(() => file.datasync());
    } finally {
      // A write that failed half-way leaves nothing behind that counts.
      await file.truncate(size).catch(() => {});
      await file.close();
    }
    return size;
  }

  async #complete(path: string, sha256: string): Promise<void> {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
    const got = hash.digest('hex');
    if (got !== sha256) {
      await rm(path, { force: true });
      throw new Refusal('upload-corrupt', `The upload has the hash ${got}, not ${sha256}; send it again.`);
    }
    await storing(async () => {
      const place = await this.#blobs.makeRoom(sha256);
      await rename(path, place);
      await syncFolder(dirname(place));
    });
  }

  #pathOf(device: string, sha256: string): string {
    return join(this.#folder, device, `${sha256}.part`);
  }

  async #inTurn<Result>(device: string, work: () => Promise<Result>): Promise<Result> {
    const turns = this.#turns.get(device) ?? { inTurn: serially(), users: 0 };
    this.#turns.set(device, turns);
    turns.users++;
    try {
      return await turns.inTurn(work);
    } finally {
      turns.users--;
      if (turns.users === 0) this.#turns.delete(device);
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return found?.size ?? 0;
}

async function writeAll(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < chunk.byteLength; ) {
    const { bytesWritten } = await storing(() =>
      file.write(chunk, written, chunk.byteLength - written, position + written),
    );
    written += bytesWritten;
  }
}

/** Turns what a full disk throws into a refusal. */
async function storing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw cause;
    throw new Refusal('disk-full', 'The coordinator’s disk is full; try again later.', { cause });
  }
}
