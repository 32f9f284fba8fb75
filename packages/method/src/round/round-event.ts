import type { Capacity } from '../capacity.ts';
import type { Plan } from '../plan.ts';

/** What happens to a run. Time and randomness come in with the events; the reducer has none of its own. */
export type RoundEvent = DeviceEvent | DriverEvent;

/** From a device, or on its behalf. May come late, twice or never: what cannot count is answered with a rejection. */
export type DeviceEvent = CapacityReported | UpdateReceived | DeviceDropped;

/** From the program that carries out the effects. One that does not fit the phase is a fault of that program. */
export type DriverEvent = Planned | DeadlinePassed | Aggregated | Evaluated | Undone | Stopped;

/** A device measured itself outside a round, e.g. when it joined. */
export interface CapacityReported {
  readonly type: 'capacity-reported';
  readonly deviceId: string;
  readonly observed: Capacity;
}

/** An update is safely stored and fits its assignment. */
export interface UpdateReceived extends DeviceResult {
  readonly type: 'update-received';
  /** Content id. */
  readonly reference: string;
  readonly examples: number;
  /** As measured in this round. */
  readonly observed?: Capacity;
}

/** A device left, was lost, or failed at its assignment. */
export interface DeviceDropped extends DeviceResult {
  readonly type: 'device-dropped';
  readonly reason: string;
}

/** How a device's part in one attempt ended. */
export interface DeviceResult {
  readonly deviceId: string;
  readonly round: number;
  readonly attempt: number;
  /** Since the attempt was assigned. */
  readonly elapsedSeconds: number;
  /** Sent and received by this device in this attempt. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export interface Planned {
  readonly type: 'planned';
  readonly plan: Plan;
}

/** The attempt's time is up. Does nothing where the attempt has closed already: timers and last updates race. */
export interface DeadlinePassed {
  readonly type: 'deadline-passed';
  readonly round: number;
  readonly attempt: number;
  /** Since the attempt was assigned. */
  readonly elapsedSeconds: number;
}

/** The global adapter of the round is safely stored. */
export interface Aggregated {
  readonly type: 'aggregated';
  readonly round: number;
  /** Devices whose accepted updates are not in it. */
  readonly leftOut?: readonly LeftOut[];
}

export interface LeftOut {
  readonly deviceId: string;
  /** For people. */
  readonly reason: string;
}

/** The round's result must not be kept, e.g. its loss is not finite: the global adapter is the one before the round. */
export interface Undone {
  readonly type: 'undone';
  readonly round: number;
  readonly attempt: number;
  /** One sentence for people. */
  readonly reason: string;
  /** Devices that may have spoilt it: the next attempts go without them. */
  readonly suspects: readonly LeftOut[];
}

export interface Evaluated {
  readonly type: 'evaluated';
  readonly round: number;
  /** In [0, 1]. */
  readonly accuracy: number;
  /** Finite. */
  readonly loss: number;
}

/** The operator ends the run for good. (An interrupted process sends nothing: its stored state goes on later.) */
export interface Stopped {
  readonly type: 'stopped';
}
