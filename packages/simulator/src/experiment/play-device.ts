import { InputError } from '@legend-fl/base';
import {
  type CompletionTime,
  completionTime,
  type DevicePlan,
  type Plan,
  type Strategy,
  type Update,
} from '@legend-fl/method';
import { localTask, type MakeStart, withTrunk } from '@legend-fl/runs';
import { type LocalTask, trainingBatches } from '@legend-fl/trainer';
import { cutShort } from '../fleet/cut-short.ts';
import { attackedAdapter, attackedData, claimedExamples } from './attack.ts';
import { type DeviceMemory, emptyMemory } from './device-memory.ts';
import type { SimulatedDevice } from './draw-round-devices.ts';
import { type Received, type Sent, sendUp } from './exchange-adapters.ts';
import type { RunTensors } from './run-tensors.ts';
import type { Simulation } from './simulation.ts';
import { type CacheUse, useCache } from './virtual-trunk-cache.ts';

/** A device's work in one round, with its virtual time and traffic. */
export interface DeviceWork {
  readonly plan: DevicePlan;
  readonly device: SimulatedDevice;
  readonly time: CompletionTime;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Mean over its local steps, from real training; null if its update does not count. */
  readonly loss: number | null;
  /** Why its update does not count; null if it does. */
  readonly dropped: string | null;
  /** The smallest share of its change that was added, over blocks and head. */
  readonly scale: number;
  /** Its memory for the next round. */
  readonly memory: DeviceMemory;
}

/** A device's work, and its update to be added. */
export interface PlayedDevice {
  readonly work: DeviceWork;
  readonly update: Update | null;
}

/** Shared by all devices of a round. */
export interface Session {
  readonly simulation: Simulation;
  readonly strategy: Strategy;
  readonly plan: Plan;
  readonly tensors: RunTensors;
  readonly handOut: MakeStart<Received>;
}

const VANISHED = 'vanished in mid-round';

/**
 * Plays one device's round: it receives, trains and sends, unless it vanishes on the way. If a lying device's update is
 * refused, it does not count, like that of a device that vanished.
 */
export async function playDevice(
  { simulation, strategy, plan: { round, localSteps }, tensors, handOut }: Session,
  plan: DevicePlan,
  device: SimulatedDevice,
): Promise<PlayedDevice> {
  const { name, experiment, trainer, train } = simulation;
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
  const { cached, trunkBlocks } = runTrunk(simulation, memory, task, plan);
  const { quantizedBlocks = 0 } = plan.training ?? {};
  const load = { depth: plan.depth, trunkBlocks, localSteps, bytesDown: received.bytes, quantizedBlocks };
  const whole = (bytesUp: number) => ({
    time: completionTime(device.capacity, { ...load, bytesUp }),
    bytesUp,
    bytesDown: received.bytes,
  });
  /** The bytes that it would have sent follow from the plan. */
  const planned = whole(Math.round(plan.bytesUp));
  const uncounted = (dropped: string) => ({ plan, device, loss: null, dropped, scale: 1 });
  if (device.vanishes !== null) {
    // Its computed and cached states are lost with it.
    const effort = cutShort(planned, device.vanishes);
    return { work: { ...uncounted(VANISHED), ...effort, memory: known }, update: null };
  }
  const result = await trainer.train(attackedData(device.attack, train), task);
  const trained = attackedAdapter(device.attack, received.adapter, result.adapter);
  let sent: Sent;
  try {
    sent = sendUp(start, received.adapter, trained, plan, codec.up, memory.residual);
  } catch (error) {
    if (device.attack === null || !(error instanceof InputError)) throw error;
    const work = { ...uncounted(`refused: ${error.message}`), ...planned, memory: { ...memory, cached } };
    return { work, update: null };
  }
  const loss = result.losses.reduce((sum, each) => sum + each, 0) / result.losses.length;
  return {
    work: {
      plan,
      device,
      ...whole(sent.bytes),
      loss,
      dropped: null,
      scale: 1,
      memory: { ...memory, residual: sent.residual, cached },
    },
    update: {
      deviceId: device.id,
      round,
      depth: plan.depth,
      examples: claimedExamples(device.attack, device.examples.length),
      adapter: sent.adapter,
      loss,
    },
  };
}

/** A new trunk invalidates the states cached with the old one. */
function receiveTrunk(memory: DeviceMemory, { trunk }: DevicePlan, trunkRound: number): DeviceMemory {
  if (trunk === 'base' || memory.trunkRound === trunkRound) return memory;
  return { ...memory, trunkRound, cached: new Map() };
}

/** The trunk blocks that the round's batches compute, given the device's cache if it has one. */
function runTrunk(
  { experiment, profile, train, hidden }: Simulation,
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
