import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptStates, TrunkKey, TrunkStore } from '../../trunk/kept-states.ts';
import { DiskUsage } from './disk-usage.ts';
import { decodeEntry, encodeEntry, entryName } from './entry-file.ts';

/** Where entries are kept on disk, for later runs too. */
export interface TrunkDisk {
  /** Made when the first entry is written. */
  readonly folder: string;
  /** At most so many bytes of files; the oldest go first. */
  readonly bytes: number;
}

/** Something that happened to the cache and that a person may want to know; training goes on. */
export type TrunkCacheStatus = {
  /** From now on nothing is written to the folder; what is there is still read. */
  readonly kind: 'disk-stopped';
  readonly reason: 'disk-full' | 'write-failed';
  readonly folder: string;
  /** The system's message. */
  readonly message: string;
};

/** When the budget is used up, the oldest files go until this share of it is left. */
const KEPT_SHARE = 0.8;
/** An unfinished file this old belongs to a process that was killed. */
const ABANDONED_MS = 60_000;
/** No such file; no such folder, because a file stands in its way. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);
/** The files that are ours; nothing else in the folder is counted or deleted. */
const OUR_FILES = /^[0-9a-f]{64}\.trunk(\.[0-9a-f-]{36}\.tmp)?$/;

/**
 * Hidden states on disk, one file per entry, within a budget. Several workers and processes may share the folder;
 * the budget holds for those that share `usage`. No failure of the disk is an error: what cannot be read, or is not
 * what was written, is as good as absent; after a failed write nothing more is written.
 */
export class TrunkFolder implements TrunkStore {
  readonly #folder: string;
  readonly #budget: number;
  readonly #usage: DiskUsage;
  readonly #onStatus: (status: TrunkCacheStatus) => void;
  /** Never rejects. */
  #writing = Promise.resolve();
  #stopped = false;
  #damaged = 0;

  /**
   * @param onStatus told once when the disk can no longer be written
   * @param usage shared by all that write to the same folder
   */
  constructor(
    { folder, bytes }: TrunkDisk,
    onStatus: (status: TrunkCacheStatus) => void = () => {},
    usage: DiskUsage = new DiskUsage(),
  ) {
    this.#folder = folder;
    this.#budget = bytes;
    this.#usage = usage;
    this.#onStatus = onStatus;
  }

  /** Files found so far that were unreadable or not what was written for their key. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Bytes of files, those being written included. */
  get bytes(): number {
    return this.#usage.bytes;
  }

  async read(key: TrunkKey): Promise<KeptStates | undefined> {
    let file: Uint8Array;
    try {
      file = await readFile(this.#pathOf(key));
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!ABSENT.has(code)) this.#damaged++;
      return undefined;
    }
    const states = decodeEntry(key, file);
    if (!states) this.#damaged++;
    return states;
  }

  /** Writes one file after the other, so that of all that ask at once none goes without for want of a count. */
  write(key: TrunkKey, states: KeptStates): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(key, states));
    return this.#writing;
  }

  async #write(key: TrunkKey, states: KeptStates): Promise<void> {
    if (this.#stopped) return;
    const parts = encodeEntry(key, states);
    const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
    try {
      const room = (await this.#prepare()) && (await this.#reserve(bytes));
      if (!room) return;
      try {
        await replaceFile(this.#pathOf(key), parts);
        this.#usage.commit(bytes);
      } catch (error) {
        this.#usage.release(bytes);
        throw error;
      }
    } catch (error) {
      this.#stop(error as NodeJS.ErrnoException);
    }
  }

  #pathOf(key: TrunkKey): string {
    return join(this.#folder, `${entryName(key)}.trunk`);
  }

  /** Makes the folder and counts what is in it; false while another worker is counting. */
  async #prepare(): Promise<boolean> {
    if (this.#usage.counted) return true;
    await mkdir(this.#folder, { recursive: true });
    return this.#usage.recount(() => this.#deleteDownTo(this.#budget));
  }

  async #reserve(bytes: number): Promise<boolean> {
    if (bytes > this.#budget) return false;
    if (this.#usage.reserve(bytes, this.#budget)) return true;
    const room = Math.min(KEPT_SHARE * this.#budget, this.#budget - bytes);
    // While another worker makes room, this one does without keeping its entry.
    const counted = await this.#usage.recount(() => this.#deleteDownTo(room));
    return counted && this.#usage.reserve(bytes, this.#budget);
  }

  /** Deletes our oldest files until at most `bytes` are left; the bytes that are left. */
  async #deleteDownTo(bytes: number): Promise<number> {
    const files = await listFiles(this.#folder);
    let left = files.reduce((sum, file) => sum + file.bytes, 0);
    const abandoned = Date.now() - ABANDONED_MS;
    for (const file of files.toSorted((a, b) => a.modifiedMs - b.modifiedMs)) {
      if (left <= bytes) break;
      if (file.path.endsWith('.tmp') && file.modifiedMs > abandoned) continue;
      await rm(file.path, { force: true });
      left -= file.bytes;
    }
    return left;
  }

  #stop(cause: NodeJS.ErrnoException): void {
    if (this.#stopped) return;
    this.#stopped = true;
    const full = cause.code === 'ENOSPC' || cause.code === 'EDQUOT';
    this.#onStatus({
      kind: 'disk-stopped',
      reason: full ? 'disk-full' : 'write-failed',
      folder: this.#folder,
      message: cause.message,
    });
  }
}

async function listFiles(folder: string) {
  const files = [];
  for (const name of await readdir(folder)) {
    if (!OUR_FILES.test(name)) continue;
    const path = join(folder, name);
    // Another worker may have deleted it by now.
    const entry = await stat(path).catch(() => undefined);
    if (entry?.isFile()) files.push({ path, bytes: entry.size, modifiedMs: entry.mtimeMs });
  }
  return files;
}

/**
 * Writes beside the file and renames. Unlike base's `writeFileAtomically` it does not wait until the bytes are on the
 * platter, which costs more than computing them again: a crash may leave a damaged file, and its checksum tells.
 */
async function replaceFile(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(unfinished, 'wx');
    try {
      for (const part of parts) await file.appendFile(part);
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
