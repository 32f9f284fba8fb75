import { type KeptStates, keepAs, keyText, type TrunkKey, type TrunkStore } from './kept-states.ts';

export interface TrunkCacheSettings {
  /** Bytes of hidden states kept in memory; the least recently used go first. Default: 256 MiB. */
  readonly memoryBytes?: number | undefined;
  /** Keeps every entry there as well: in Node, a `TrunkFolder` on disk. */
  readonly store?: TrunkStore | undefined;
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
  readonly #store: TrunkStore | undefined;
  /** Least recently used first. */
  readonly #memory = new Map<string, KeptStates>();
  #memoryBytes = 0;
  #memoryHits = 0;
  #diskHits = 0;
  #misses = 0;

  constructor({ memoryBytes = DEFAULT_MEMORY_BYTES, store }: TrunkCacheSettings = {}) {
    this.#memoryBudget = memoryBytes;
    this.#store = store;
  }

  get counts(): TrunkCacheCounts {
    return {
      memoryHits: this.#memoryHits,
      diskHits: this.#diskHits,
      misses: this.#misses,
      damaged: this.#store?.damaged ?? 0,
    };
  }

  /** Bytes of hidden states in memory. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** The states of a key, from memory, from the store, or from `compute`, whose result is [tokens, hidden] row-major. */
  async get(key: TrunkKey, compute: () => Promise<Float32Array>): Promise<KeptStates> {
    const name = keyText(key);
    const remembered = this.#memory.get(name);
    if (remembered) {
      this.#memoryHits++;
      this.#memory.delete(name);
      this.#memory.set(name, remembered);
      return remembered;
    }
    const stored = await this.#store?.read(key);
    if (stored) {
      this.#diskHits++;
      this.#remember(name, stored);
      return stored;
    }
    this.#misses++;
    const states = keepAs(key.elementType, await compute());
    this.#remember(name, states);
    await this.#store?.write(key, states);
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
