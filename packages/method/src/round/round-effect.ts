import type { Plan } from '../plan.ts';
import type { FinishReason, UpdatedDevice } from './round-state.ts';

/** What the driver is to do once the new state is stored. */
export type RoundEffect =
  | PlanRound
  | AssignDevices
  | RejectDeviceEvent
  | AggregateUpdates
  | EvaluateRound
  | RepeatRound
  | DiscardUpdates
  | FinishRun;

/** Make a plan from the state's capacities and answer with `planned`. */
export interface PlanRound {
  readonly type: 'plan-round';
  readonly round: number;
  readonly attempt: number;
}

/** Hand out the assignments and start the attempt's clock, which after a restart runs on from its first start. */
export interface AssignDevices {
  readonly type: 'assign';
  readonly round: number;
  readonly attempt: number;
  /** In the plan's order; after a restart, those that still owe their update. */
  readonly devices: Plan['devices'];
}

/** Answer a device's event with a refusal; the event changed nothing. An event without one is accepted. */
export interface RejectDeviceEvent {
  readonly type: 'reject';
  readonly deviceId: string;
  readonly code: RejectCode;
  /** One sentence for people. */
  readonly reason: string;
}

export type RejectCode =
  | 'old-round'
  | 'round-not-open'
  | 'round-closed'
  | 'unknown-device'
  | 'device-dropped'
  | 'conflicting-update'
  | 'run-finished';

/** Add the updates into the global adapter, one after the other, and answer with `aggregated`. */
export interface AggregateUpdates {
  readonly type: 'aggregate';
  readonly round: number;
  /** In the plan's order, whatever the order of arrival. */
  readonly updates: readonly UpdatedDevice[];
}

/** Evaluate the global adapter and answer with `evaluated`. */
export interface EvaluateRound {
  readonly type: 'evaluate';
  readonly round: number;
}

/** For the record: the attempt had too few updates, or a result not to keep. `plan-round` for the next one follows. */
export interface RepeatRound {
  readonly type: 'repeat-round';
  readonly round: number;
  /** The one that follows. */
  readonly attempt: number;
  readonly reason: string;
}

/** Accepted updates that no aggregate will use; they may be deleted. */
export interface DiscardUpdates {
  readonly type: 'discard';
  readonly updates: readonly UpdatedDevice[];
}

/** The run is over. */
export interface FinishRun {
  readonly type: 'finish';
  readonly reason: FinishReason;
}
