import type { ChangeNorms } from './change-norms.ts';

/** What a device says about the size of a round's changes. */
export interface Voter {
  readonly deviceId: string;
  readonly norms: ChangeNorms;
}

/** Norms of updates that counted, after clipping, by round; the last round first. Plain JSON. */
export type NormHistory = readonly (readonly Voter[])[];
