import { DiskUsage } from './disk-usage.ts';
import { entryName, type KeptStates, keepAs, type TrunkKey } from './trunk-entry.ts';
import { type TrunkCacheStatus, TrunkFolder } from './trunk-folder.ts';

export interface TrunkCacheSettings {
  /** Bytes of hidden states kept in memory; the least recently used go first. Default: 256 MiB. */
  readonly memoryBytes?: number | undefined;
  /** Keeps every entry on disk as well. */
  readonly disk?: TrunkDisk | undefined;
}

/** Where entries are kept on disk, for later runs too. */
export interface TrunkDisk {
  /** Made when the first entry is written. */
  readonly folder: string;
  /** At most so many bytes of files; the oldest go first. */
  readonly bytes: number;
}

/** Room for 2,700 examples of 64 tokens at hidden size 384 in f32, or twice as many in f16. */
const DEFAULT_MEMORY_BYTES = 256 * 2 ** 20;

/** Where hidden states came from. */
export interface TrunkCacheCounts {
  readonly memoryHits: number;
  readonly diskHits: number;
  /** Computed. */
  readonly misses: number;
  /** Files on disk that were unreadable or not what was written for their key; each is a miss too. */
  readonly damaged: number;
}

/**
 * Hidden states at the boundary between a frozen trunk and the trained blocks, by what they are computed with and
 * from. What comes out never depends on what is in the cache, only the time it takes does.
 */
export class TrunkCache {
  readonly #memoryBudget: number;
  readonly #folder: TrunkFolder | undefined;
  readonly #usage: DiskUsage;
  /** Least recently used first. */
  readonly #memory = new Map<string, KeptStates>();
  #memoryBytes = 0;
  #memoryHits = 0;
  #diskHits = 0;
  #misses = 0;

  /**
   * @param onStatus told once when the disk can no longer be written
   * @param usage shared by all caches on the same folder
   */
  constructor(
    { memoryBytes = DEFAULT_MEMORY_BYTES, disk }: TrunkCacheSettings = {},
    onStatus: (status: TrunkCacheStatus) => void = () => {},
    usage: DiskUsage = new DiskUsage(),
  ) {
    this.#memoryBudget = memoryBytes;
    this.#usage = usage;
    this.#folder = disk && new TrunkFolder(disk.folder, disk.bytes, usage, onStatus);
  }

  get counts(): TrunkCacheCounts {
    return {
      memoryHits: this.#memoryHits,
      diskHits: this.#diskHits,
      misses: this.#misses,
      damaged: this.#folder?.damaged ?? 0,
    };
  }

  /** Bytes of hidden states in memory. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** Bytes of files on disk, those being written included. */
  get diskBytes(): number {
    return this.#usage.bytes;
  }

  /** The states of a key, from memory, from disk, or from `compute`, whose result is [tokens, hidden] row-major. */
  async get(key: TrunkKey, compute: () => Promise<Float32Array>): Promise<KeptStates> {
    const name = entryName(key);
    const remembered = this.#memory.get(name);
    if (remembered) {
      this.#memoryHits++;
      this.#memory.delete(name);
      this.#memory.set(name, remembered);
      return remembered;
    }
    const stored = await this.#folder?.read(key);
    if (stored) {
      this.#diskHits++;
      this.#remember(name, stored);
      return stored;
    }
    this.#misses++;
    const states = keepAs(key.elementType, await compute());
    this.#remember(name, states);
    await this.#folder?.write(key, states);
    return states;
  }

  #remember(name: string, states: KeptStates): void {
    if (states.byteLength > this.#memoryBudget) return;
    this.#memoryBytes += states.byteLength - (this.#memory.get(name)?.byteLength ?? 0);
    this.#memory.set(name, states);
    for (const [oldest, { byteLength }] of this.#memory) {
      if (this.#memoryBytes <= this.#memoryBudget) break;
      this.#memory.delete(oldest);
      this.#memoryBytes -= byteLength;
    }
  }
}

export const noCounts: TrunkCacheCounts = { memoryHits: 0, diskHits: 0, misses: 0, damaged: 0 };

export function addCounts(a: TrunkCacheCounts, b: TrunkCacheCounts): TrunkCacheCounts {
  return {
    memoryHits: a.memoryHits + b.memoryHits,
    diskHits: a.diskHits + b.diskHits,
    misses: a.misses + b.misses,
    damaged: a.damaged + b.damaged,
  };
}

/** What was counted since `earlier`. */
export function subtractCounts(later: TrunkCacheCounts, earlier: TrunkCacheCounts): TrunkCacheCounts {
  return {
    memoryHits: later.memoryHits - earlier.memoryHits,
    diskHits: later.diskHits - earlier.diskHits,
    misses: later.misses - earlier.misses,
    damaged: later.damaged - earlier.damaged,
  };
}
