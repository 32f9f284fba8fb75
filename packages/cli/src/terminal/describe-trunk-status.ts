import type { TrunkCacheStatus } from '@legend-fl/trainer/node';

/** A line for stderr: a folder for hidden states can no longer be written. */
export function describeTrunkStatus({ folder, reason, message }: TrunkCacheStatus): string {
  const why = reason === 'disk-full' ? 'the disk is full' : message;
  return `warning: the trunk cache ${folder} is switched off: ${why}; the run continues`;
}
