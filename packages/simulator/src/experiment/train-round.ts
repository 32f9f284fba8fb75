import { locateProblem, requireDefined } from '@legend-fl/base';
import type { GlobalState, NormHistory, Plan, Strategy, Update } from '@legend-fl/method';
import { shareStarts } from '@legend-fl/runs';
import { sumWithinBounds, type UpdateFate } from './bound-round.ts';
import { emptyMemory } from './device-memory.ts';
import type { SimulatedDevice } from './draw-round-devices.ts';
import { sendDown } from './exchange-adapters.ts';
import { plannedDevices } from './planned-devices.ts';
import { type DeviceWork, type PlayedDevice, playDevice, type Session } from './play-device.ts';
import { type RunTensors, shareTensors } from './run-tensors.ts';
import type { Simulation } from './simulation.ts';
import { takeTurns } from './take-turns.ts';

/** The result of a round. */
export interface TrainedRound {
  /** In the plan's order. */
  readonly works: readonly DeviceWork[];
  /** The global state with all updates that count. */
  readonly global: GlobalState;
  /** Norms of updates so far, from which the next round's bounds follow. */
  readonly norms: NormHistory;
}

/** Within a stretch of this many devices the deepest train first: a few for each worker of a large machine. */
const STRETCH_DEVICES = 64;
/** Devices at a time for each worker: it trains one while another is prepared. */
const DEVICES_PER_WORKER = 2;

/**
 * Trains every device of the plan and adds up the updates in the plan's order, each as soon as all earlier ones are in, so that
 * memory does not grow with the number of devices. With bounds they are added when all of them are in.
 * @param present the devices that the round calls
 * @throws InputError that names the device if a loss is no longer finite
 */
export async function trainRound(
  simulation: Simulation,
  strategy: Strategy,
  tensors: RunTensors,
  plan: Plan,
  present: readonly SimulatedDevice[],
): Promise<TrainedRound> {
  const { name, onEvent, trainer, experiment } = simulation;
  const { bounds = null } = experiment;
  const { merged } = tensors.global;
  const global = merged ? { ...tensors.global, merged: shareTensors(merged) } : tensors.global;
  const { down } = experiment.codec;
  const handOut = shareStarts((start, devicePlan, holdsTrunk) =>
    sendDown({ adapter: start, merged: global.merged }, devicePlan, down, holdsTrunk),
  );
  const session: Session = { simulation, strategy, plan, tensors: { ...tensors, global }, handOut };
  const devices = plannedDevices(plan, present);
  let sum = strategy.begin(tensors.global, plan);
  /** With bounds, all updates of the round. */
  const collected: Update[] = [];
  let done = 0;
  const works: DeviceWork[] = [];
  /** Devices that wait for an earlier one, by their place in the plan. */
  const waiting = new Map<number, PlayedDevice>();
  await takeTurns(orderOfTraining(plan), DEVICES_PER_WORKER * trainer.workers, async (place) => {
    const devicePlan = requireDefined(plan.devices[place], `place ${place} in the plan`);
    const device = requireDefined(devices[place], `device at place ${place} of the plan`);
    const played = await playDevice(session, devicePlan, device).catch((error: unknown) => {
      throw locateProblem(error, `device ${device.id}`);
    });
    waiting.set(place, played);
    done++;
    onEvent({ type: 'device-trained', strategy: name, round: plan.round, done, devices: devices.length });
    for (let next = waiting.get(works.length); next; next = waiting.get(works.length)) {
      waiting.delete(works.length);
      if (next.update !== null && bounds !== null) collected.push(next.update);
      else if (next.update !== null) sum = strategy.add(sum, next.update);
      works.push(next.work);
    }
  });
  const { norms, memories } = tensors;
  if (bounds === null) return { works, global: strategy.finish(sum), norms };
  const { fates, ...bounded } = sumWithinBounds(strategy, tensors.global, plan, collected, norms, bounds);
  return {
    ...bounded,
    works: works.map((work) => applyFate(work, fates.get(work.device.id), memories.get(work.device.id))),
  };
}

/** An update that is left out delivers nothing, so the device keeps its earlier residual. */
function applyFate(work: DeviceWork, fate: UpdateFate | undefined, before = emptyMemory): DeviceWork {
  if (fate === undefined) return work;
  if (fate.counted) return { ...work, scale: fate.scale };
  const memory = { ...work.memory, residual: before.residual };
  return { ...work, loss: null, dropped: fate.reason, memory };
}

/**
 * Places in the plan, in training order: within each stretch the deepest first, so that workers finish a round together, and
 * updates wait only for earlier ones of their stretch.
 */
function orderOfTraining({ devices }: Plan): readonly number[] {
  const stretchOf = (place: number) => Math.floor(place / STRETCH_DEVICES);
  return [...devices.entries()]
    .sort(([a, one], [b, other]) => stretchOf(a) - stretchOf(b) || other.depth - one.depth)
    .map(([place]) => place);
}
