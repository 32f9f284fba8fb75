import type { Fleet } from '../fleet/fleet.ts';
import { listDevices } from '../fleet/list-devices.ts';
import { isBuiltInFleet } from '../fleet/load-fleet.ts';
import type { Experiment } from './experiment.ts';

/** Devices of a built-in fleet where the experiment does not say: as many as a laptop simulates in minutes. */
const BUILT_IN_DEVICES = 20;

/** An experiment whose number of devices is known. */
export type SettledExperiment = Experiment & { readonly devices: number };

/**
 * The experiment with its number of devices: its own, else as many as its fleet's file says.
 * @throws InputError when the fleet has not that many
 */
export function settleDevices(experiment: Experiment, fleet: Fleet): SettledExperiment {
  const otherwise = isBuiltInFleet(experiment.fleet) ? BUILT_IN_DEVICES : undefined;
  return { ...experiment, devices: listDevices(fleet, experiment.devices ?? otherwise).length };
}
