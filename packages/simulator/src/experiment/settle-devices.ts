import type { Fleet } from '../fleet/fleet.ts';
import { listDevices } from '../fleet/list-devices.ts';
import { isBuiltInFleet } from '../fleet/load-fleet.ts';
import type { Experiment } from './experiment.ts';

/** Default number of devices of a built-in fleet: a laptop simulates them in minutes. */
const BUILT_IN_DEVICES = 20;

/** An experiment whose number of devices is known. */
export type SettledExperiment = Experiment & { readonly devices: number };

/**
 * The experiment with its number of devices: its own, else that of its fleet's file.
 * @throws InputError if the fleet has fewer
 */
export function settleDevices(experiment: Experiment, fleet: Fleet): SettledExperiment {
  const otherwise = isBuiltInFleet(experiment.fleet) ? BUILT_IN_DEVICES : undefined;
  return { ...experiment, devices: listDevices(fleet, experiment.devices ?? otherwise).length };
}
