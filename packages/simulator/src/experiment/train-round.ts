import { locateProblem } from '@legend/base';
import {
  type CompletionTime,
  completionTime,
  type DevicePlan,
  type GlobalState,
  type Plan,
  type Strategy,
  type Update,
} from '@legend/method';
import { localTask, type MakeStart, shareStarts, withTrunk } from '@legend/rounds';
import { type LocalTask, trainingBatches } from '@legend/trainer';
import { cutShort } from '../fleet/cut-short.ts';
import { type DeviceMemory, emptyMemory } from './device-memory.ts';
import { type Received, sendDown, sendUp } from './exchange-adapters.ts';
import type { Laboratory, SimulatedDevice } from './laboratory.ts';
import { plannedDevices } from './planned-devices.ts';
import { type RunTensors, shareTensors } from './run-tensors.ts';
import { takeTurns } from './take-turns.ts';
import { type CacheUse, useCache } from './virtual-trunk-cache.ts';

/** What one device did in a round, and the virtual time and traffic it took. */
export interface DeviceWork {
  readonly plan: DevicePlan;
  readonly device: SimulatedDevice;
  readonly time: CompletionTime;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Mean of its local steps, from real training; null of a device that vanished. */
  readonly loss: number | null;
  /** What it keeps for the next round. */
  readonly memory: DeviceMemory;
}

/** A round of all devices of a plan. */
export interface TrainedRound {
  /** In the plan's order. */
  readonly works: readonly DeviceWork[];
  /** What the updates of all that did not vanish have made of the global state. */
  readonly global: GlobalState;
}

/** What a device did, and its update until that has been added. */
interface PlayedDevice {
  readonly work: DeviceWork;
  readonly update: Update | null;
}

/** What all devices of a round share. */
interface Session {
  readonly laboratory: Laboratory;
  readonly strategy: Strategy;
  readonly plan: Plan;
  readonly tensors: RunTensors;
  readonly handOut: MakeStart<Received>;
}

/** Devices of which the deepest are trained first: a few for each worker that a machine may have. */
const STRETCH_DEVICES = 64;
/** So many devices are under way for each worker: one that it trains and one that is made ready. */
const DEVICES_PER_WORKER = 2;

/**
 * Trains every device of the plan and adds up their updates, in the plan's order; each as soon as those before it are
 * in, so that memory does not grow with the number of devices.
 * @param present the devices that are there
 * @throws InputError, naming the device, when a loss is no longer finite
 */
export async function trainRound(
  laboratory: Laboratory,
  strategy: Strategy,
  tensors: RunTensors,
  plan: Plan,
  present: readonly SimulatedDevice[],
): Promise<TrainedRound> {
  const { name, onEvent, trainer } = laboratory;
  const { merged } = tensors.global;
  const global = merged ? { ...tensors.global, merged: shareTensors(merged) } : tensors.global;
  const { down } = laboratory.experiment.codec;
  const handOut = shareStarts((start, devicePlan, holdsTrunk) =>
    sendDown({ adapter: start, merged: global.merged }, devicePlan, down, holdsTrunk),
  );
  const session: Session = { laboratory, strategy, plan, tensors: { ...tensors, global }, handOut };
  const devices = plannedDevices(plan, present);
  let sum = strategy.begin(tensors.global, plan);
  let done = 0;
  const works: DeviceWork[] = [];
  /** Those that wait for one before them, by their place in the plan. */
  const waiting = new Map<number, PlayedDevice>();
  await takeTurns(orderOfTraining(plan), DEVICES_PER_WORKER * trainer.workers, async (place) => {
    const [devicePlan, device] = [plan.devices[place], devices[place]];
    if (!devicePlan || !device) return;
    const played = await playDevice(session, devicePlan, device).catch((error: unknown) => {
      throw locateProblem(error, `device ${device.id}`);
    });
    waiting.set(place, played);
    done++;
    onEvent({ type: 'device-trained', strategy: name, round: plan.round, done, devices: devices.length });
    for (let next = waiting.get(works.length); next; next = waiting.get(works.length)) {
      waiting.delete(works.length);
      if (next.update !== null) sum = strategy.add(sum, next.update);
      works.push(next.work);
    }
  });
  return { works, global: strategy.finish(sum) };
}

/**
 * Places in the plan, in the order in which they are trained: in each stretch of it the deepest first, so that workers
 * finish a round together, and only the updates of a stretch wait for one before them.
 */
function orderOfTraining({ devices }: Plan): readonly number[] {
  const stretchOf = (place: number) => Math.floor(place / STRETCH_DEVICES);
  const depthOf = (place: number) => devices[place]?.depth ?? 0;
  return [...devices.keys()].sort((a, b) => stretchOf(a) - stretchOf(b) || depthOf(b) - depthOf(a));
}

/** One device's round: it receives, trains and sends, unless it vanishes on the way. */
async function playDevice(
  { laboratory, strategy, plan: { round, localSteps }, tensors, handOut }: Session,
  plan: DevicePlan,
  device: SimulatedDevice,
): Promise<PlayedDevice> {
  const { name, experiment, trainer, train } = laboratory;
  const { global, trunk, memories } = tensors;
  const { codec } = experiment;
  const known = memories.get(device.id) ?? emptyMemory;
  const start = withTrunk(strategy.deviceAdapter(global, plan), plan, trunk.adapter);
  const holdsTrunk = plan.trunk === 'global' && known.trunkRound === trunk.round;
  const received = handOut(start, plan, holdsTrunk);
  const memory = receiveTrunk(known, plan, trunk.round);
  const task = localTask(experiment, plan, received, {
    name,
    round,
    localSteps,
    deviceId: device.id,
    examples: device.examples,
  });
  const { cached, trunkBlocks } = runTrunk(laboratory, memory, task, plan);
  const { quantizedBlocks = 0 } = plan.training ?? {};
  const load = { depth: plan.depth, trunkBlocks, localSteps, bytesDown: received.bytes, quantizedBlocks };
  const whole = (bytesUp: number) => ({
    time: completionTime(device.capacity, { ...load, bytesUp }),
    bytesUp,
    bytesDown: received.bytes,
  });
  if (device.vanishes !== null) {
    // What it computed and cached is lost with it; what it would have sent is known from the plan alone.
    const effort = cutShort(whole(Math.round(plan.bytesUp)), device.vanishes);
    return { work: { plan, device, ...effort, loss: null, memory: known }, update: null };
  }
  const result = await trainer.train(train, task);
  const sent = sendUp(start, received.adapter, result.adapter, plan, codec.up, memory.residual);
  const loss = result.losses.reduce((sum, each) => sum + each, 0) / result.losses.length;
  return {
    work: {
      plan,
      device,
      ...whole(sent.bytes),
      loss,
      memory: { ...memory, residual: sent.residual, cached },
    },
    update: {
      deviceId: device.id,
      round,
      depth: plan.depth,
      examples: device.examples.length,
      adapter: sent.adapter,
      loss,
    },
  };
}

/** Another trunk makes the cached states of the last one useless. */
function receiveTrunk(memory: DeviceMemory, { trunk }: DevicePlan, trunkRound: number): DeviceMemory {
  if (trunk === 'base' || memory.trunkRound === trunkRound) return memory;
  return { ...memory, trunkRound, cached: new Map() };
}

/** What the round's batches take of the trunk, through the device's cache if it has one. */
function runTrunk(
  { experiment, profile, train, hidden }: Laboratory,
  { cached }: DeviceMemory,
  task: LocalTask,
  { depth }: DevicePlan,
): CacheUse {
  const boundary = profile.blocks - depth;
  const rule = experiment.trunkCache;
  if (rule === null) return { cached, trunkBlocks: boundary };
  const drawn = trainingBatches(train, task.examples, task);
  const batches = Array.from({ length: task.steps }, () => drawn.next().value);
  return useCache({ rule, train, hidden }, cached, batches, boundary);
}
