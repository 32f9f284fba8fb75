import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A deterministic stream of uniform numbers. Usable as the `source` of a d3-random distribution. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  (): number;
  /** Uniform integer in [0, limit). */
  integer(limit: number): number;
  /** A new array in random order (Fisher-Yates); the argument stays unchanged. */
  shuffle<T>(items: readonly T[]): T[];
}

/**
 * The random stream of `seed` and `labels`, e.g. `seededRandom(7, 'batches', deviceId, round)`.
 * Streams with different labels are independent, so no draw depends on the number of earlier draws elsewhere.
 */
export function seededRandom(seed: number, ...labels: readonly (string | number)[]): Random {
  const generator = xoroshiro128plus(hash32(JSON.stringify([seed, ...labels])));
  const next = (): number => {
    const high = generator.next() >>> 5;
    const low = generator.next() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  };
  const integer = (limit: number): number => Math.floor(next() * limit);
  const shuffle = <T>(items: readonly T[]): T[] => {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
      const other = integer(last + 1);
      [result[last], result[other]] = [result[other] as T, result[last] as T];
    }
    return result;
  };
  return Object.assign(next, { integer, shuffle });
}

/** FNV-1a over UTF-16 units with a final avalanche (murmur3's), 32 bits. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
