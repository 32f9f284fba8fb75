import type { ChangeNorms } from './change-norms.ts';

/** What bounds take of an update. */
export interface ReceivedUpdate {
  readonly deviceId: string;
  readonly examples: number;
  readonly loss: number;
  readonly norms: ChangeNorms;
}

/** What of a change counts, in (0, 1]; 1 for all of it. */
export interface ChangeScales {
  /** Entry l-1 belongs to block l; null where nothing was trained. */
  readonly blocks: readonly (number | null)[];
  readonly head: number;
}

export interface CountedUpdate {
  readonly status: 'counted';
  readonly deviceId: string;
  readonly examples: number;
  readonly loss: number;
  readonly scales: ChangeScales;
}

export interface LeftOutUpdate {
  readonly status: 'left-out';
  readonly deviceId: string;
  /** For people. */
  readonly reason: string;
}

export type BoundedUpdate = CountedUpdate | LeftOutUpdate;
