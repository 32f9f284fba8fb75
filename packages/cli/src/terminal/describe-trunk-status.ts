import type { TrunkCacheStatus } from '@legend-fl/trainer/node';

/** A line for stderr on what happened to a folder for hidden states. */
export function describeTrunkStatus({ folder, reason, message }: TrunkCacheStatus): string {
  const why = reason === 'disk-full' ? 'the disk is full' : message;
  return `warning: from now on nothing is kept in the trunk cache ${folder}: ${why}; the run goes on`;
}
