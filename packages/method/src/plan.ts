import type { Factors, LocalTraining } from '@legend-fl/adapter';
import type { Trunk } from './cost-model.ts';

/** What one device does in a round. Strategies may add fields of their own. */
export interface DevicePlan {
  readonly id: string;
  /** Blocks trained, those nearest the output: L-depth+1 … L. */
  readonly depth: number;
  /** Ranks of these blocks, ascending by block; as many as `depth`. */
  readonly ranks: readonly number[];
  readonly trunk: Trunk;
  /** Predicted completion time. */
  readonly seconds: number;
  /** Predicted peak memory. */
  readonly memoryBytes: number;
  /** Predicted traffic. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** What of the adapter the device fetches, where it can make the rest itself; all of it if left out. */
  readonly received?: Factors | 'head';
  /** How its training differs from plain training of everything in its blocks. */
  readonly training?: LocalTraining;
  /** `false`: its update counts if it comes in time, but the round does not wait for it. */
  readonly awaited?: false;
}

/** A device that is left out of a round, and why. */
export interface ExcludedDevice {
  readonly id: string;
  readonly reason: string;
}

/** One round as a strategy wants it. Plain JSON. */
export interface Plan {
  /** From 1. */
  readonly round: number;
  readonly strategy: string;
  readonly localSteps: number;
  /** T*: the deadline that depths were fitted to. */
  readonly targetSeconds: number;
  /** Predicted completion time of the slowest device. */
  readonly roundSeconds: number;
  /** Predicted waiting time, see `waitingTime`. */
  readonly waitingSeconds: number;
  /** Rank of every block of the global adapter, from block 1; 0 where a block carries nothing. */
  readonly rankDistribution: readonly number[];
  /** In the order of the round context. */
  readonly devices: readonly DevicePlan[];
  readonly excluded: readonly ExcludedDevice[];
  /** Devices that must have trained a block for it to be aggregated, see `RoundContext`; 1 if left out. */
  readonly minimumCohort?: number;
}

/** W = mean over devices of (T - t_i), T = max t_i (paper: average waiting time). Zero without devices. */
export function waitingTime(seconds: readonly number[]): number {
  if (seconds.length === 0) return 0;
  let longest = 0;
  for (const each of seconds) longest = Math.max(longest, each);
  let waited = 0;
  for (const each of seconds) waited += longest - each;
  return waited / seconds.length;
}
