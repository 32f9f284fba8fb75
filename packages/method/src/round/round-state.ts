import type { Capacity } from '../capacity.ts';
import type { Evaluation } from '../evaluation.ts';
import type { Plan } from '../plan.ts';
import type { DeviceStanding } from './device-standing.ts';
import { type DeviceTable, findEntry } from './device-table.ts';
import type { RoundSettings } from './round-settings.ts';

/**
 * Where a run is: one value that JSON carries unchanged, so that it can be checkpointed or stored between any two
 * events. Tensors stay outside; updates appear by reference.
 *
 *     planning → collecting → aggregating → evaluating → planning of the next round … → finished
 *         ↑___________│  too few updates: the same round again, as its next attempt │
 *         ↑____________________________________________________│  a result that must not be kept: likewise
 */
export type RoundState = PlanningState | CollectingState | AggregatingState | EvaluatingState | FinishedState;

/** Version of the layout of RoundState; `upgradeRoundState` reads older ones. */
export const roundStateFormatVersion = 3;

/** What every phase carries. */
export interface RunProgress {
  readonly formatVersion: typeof roundStateFormatVersion;
  readonly settings: RoundSettings;
  /** From 1. */
  readonly round: number;
  /** Try of this round, from 1. */
  readonly attempt: number;
  /** Estimates. */
  readonly capacities: DeviceTable<DeviceCapacity>;
  /** Devices that have let rounds down lately; the others are in good standing. */
  readonly standings: DeviceTable<DeviceStanding>;
  /** Attempts of this round whose result was not kept and in which no device stood out. */
  readonly undone: number;
  readonly totals: RunTotals;
  /** Of the newest global adapter; null before the first evaluation. */
  readonly lastEvaluation: Evaluation | null;
  /** The round that reached the target accuracy; null where none has. */
  readonly targetReachedRound: number | null;
}

/** The driver is making this round's plan. */
export interface PlanningState extends RunProgress {
  readonly phase: 'planning';
}

/** Devices are training; updates count. */
export interface CollectingState extends RunProgress, Assignment {
  readonly phase: 'collecting';
  /** Devices of the assignment that owe their result. */
  readonly pending: number;
  /** Devices of it whose update has been accepted. */
  readonly updated: number;
  /** The same, of the devices that the round waits for, and how many they are: see `DevicePlan.awaited`. */
  readonly awaited: { readonly assigned: number; readonly pending: number; readonly updated: number };
}

/** The round is closed; the driver is adding its updates into the global adapter. */
export interface AggregatingState extends RunProgress, Assignment {
  readonly phase: 'aggregating';
}

/** The driver is evaluating the new global adapter. */
export interface EvaluatingState extends RunProgress, Assignment {
  readonly phase: 'evaluating';
}

/** The run is over; nothing changes this state. */
export interface FinishedState extends RunProgress {
  readonly phase: 'finished';
  readonly reason: FinishReason;
}

export type FinishReason = 'target-reached' | 'last-round' | 'stopped' | 'too-few-updates' | 'no-good-round';

/** A plan, and how far each of its devices has got. */
export interface Assignment {
  readonly plan: Plan;
  readonly devices: DeviceTable<AssignedDevice>;
}

/** A device of the plan. `updated` and `dropped` are final for the attempt. */
export type AssignedDevice = PendingDevice | UpdatedDevice | DroppedDevice;

export interface PendingDevice {
  readonly id: string;
  readonly status: 'assigned';
  /** Of its part in the plan. */
  readonly place: number;
}

export interface UpdatedDevice {
  readonly id: string;
  readonly status: 'updated';
  /** Content id of the update. */
  readonly reference: string;
  /** Training examples behind it: its weight in the aggregate. */
  readonly examples: number;
  /** Since the attempt was assigned; states of before version 3 lack it. */
  readonly elapsedSeconds?: number;
  /** `false`: what it claims to be able to do is far from what it did. */
  readonly claimsHeld?: false;
}

export interface DroppedDevice {
  readonly id: string;
  readonly status: 'dropped';
  readonly reason: string;
}

export interface DeviceCapacity {
  readonly id: string;
  readonly capacity: Capacity;
}

export interface RunTotals {
  /** Sum over all attempts of the time from assignment to closing: virtual in a simulation, else real. */
  readonly seconds: number;
  /** Sent by devices, as they or the driver reported with updates and drops. */
  readonly bytesUp: number;
  /** Received by devices, likewise. */
  readonly bytesDown: number;
}

/** The updates accepted in this attempt, in the plan's order. */
export function listUpdates({ plan, devices }: Assignment): readonly UpdatedDevice[] {
  return plan.devices.flatMap(({ id }) => {
    const device = findEntry(devices, id);
    return device?.status === 'updated' ? [device] : [];
  });
}
