import type { TrunkCacheCounts } from '@legend-fl/trainer';

/** Where hidden states came from, in a line. */
export function describeTrunkCounts({ memoryHits, diskHits, misses, damaged }: TrunkCacheCounts): string {
  const found = memoryHits + diskHits;
  const kept = `${found} of ${found + misses} hidden states (${memoryHits} from memory, ${diskHits} from disk)`;
  return `trunk cache: ${kept}, ${misses} computed${damaged > 0 ? `, ${damaged} of them because of damaged files` : ''}`;
}
