import { entryOf, itemAt } from '@legend-fl/base';
import { countBottleneckParameters, countParameters, memoryBytes } from '../cost-model.ts';
import type { DevicePlan, Plan } from '../plan.ts';
import { splitAwaited } from '../planning/awaited.ts';
import { type DepthCost, timeDepth } from '../planning/depth-costs.ts';
import { canAfford, type FittingDevice, fitDevices } from '../planning/fit-devices.ts';
import { countedDevices } from '../planning/minimum-cohort.ts';
import { type BottleneckSize, bottleneckSize, extendBottlenecks } from '../ranks/bottleneck-size.ts';
import { rankDistribution } from '../ranks/rank-distribution.ts';
import { requireNonNegative } from '../require-non-negative.ts';
import type { DeviceContext, RoundContext } from '../round-context.ts';
import { completePlan } from './complete-plan.ts';
import { addToTrial, beginTrial, finishTrial, readTrialMemory, type TrialSum } from './fedadapter-trial.ts';
import type { Strategy } from './strategy.ts';
import type { ResolvedOptions } from './strategy-options.ts';

/** Theirs, as in their published program: depth 1, width 8, and steps of 1 block and 8 units. */
const START: BottleneckSize = { depth: 1, width: 8 };
const DEPTH_STEP = 1;
const WIDTH_STEP = 8;

/** Ours: theirs are counted in seconds. */
const ROUNDS_BETWEEN_TRIALS = 3;

/**
 * FedAdapter (Cai et al., "FedAdapter: Efficient Federated Learning for Modern NLP", arXiv 2205.10162): bottlenecks in
 * the top blocks, few and narrow at first, that get deeper and wider as training goes on. Now and then devices try, in
 * groups, the current size, one step deeper and one step wider; the size that pays best per second becomes the current
 * one, with what its group has learnt. What lies below never changes, so that its activations are cached (theirs).
 *
 * Ours, in detail:
 * - All start a trial from the same function: `extendBottlenecks`.
 * - A trial is one round, after three ordinary ones in which all devices train the current size. Devices are dealt to
 *   the groups in turn from the fastest to the slowest, from another group on in each trial, so that groups compare.
 * - The winner: `finishTrial`.
 * - A step is tried only if it stays within the parameters of LoRA with the `ranks` option on all blocks (strategies
 *   compare at equal budget), and if every device that trains now can afford it, so that no step costs a device. With
 *   too few devices to give each size its own, or as many as the minimum cohort, the later sizes are left out: wider,
 *   then deeper.
 * - Devices that can't afford the current size are left out.
 * - Only devices that count towards the minimum cohort have a say in steps. Devices that are not awaited are dealt last,
 *   and train the current size where they can't afford another.
 *
 * What one device's claims can do: with false speed or slowness, move others by one place in the dealing, and with slowness
 * make its group's size look slow; with memory for the current size only, keep everybody at it.
 */
export function fedadapter(options: ResolvedOptions): Strategy<TrialSum> {
  const name = 'fedadapter';
  return {
    name,
    describe: () => ({
      name,
      summary: 'Bottlenecks in the top blocks, made deeper or wider as trials in groups of devices suggest.',
      source: 'Cai et al., arXiv 2205.10162, MobiCom 2023',
      options: {
        ranks: options.ranks,
        startDepth: START.depth,
        startWidth: START.width,
        depthStep: DEPTH_STEP,
        widthStep: WIDTH_STEP,
        roundsBetweenTrials: ROUNDS_BETWEEN_TRIALS,
      },
    }),
    initialAdapter: ({ blocks }) => ({ kind: 'bottleneck', widths: listWidths(blocks, START) }),
    plan: (context) => planSizes(name, context, options),
    deviceAdapter: ({ adapter }, { depth, ranks }) =>
      extendBottlenecks(adapter, { depth, width: itemAt(ranks, 0) }),
    begin: beginTrial,
    add: addToTrial,
    finish: finishTrial,
  };
}

function planSizes(name: string, context: RoundContext, options: ResolvedOptions): Plan {
  const { profile, localSteps, minimumCohort = 1 } = context;
  requireNonNegative({ localSteps }, 'plan');
  const current = bottleneckSize(context.global.adapter);
  const { fitting, excluded } = fitDevices(context.devices, [costOf(context, current)], 1);
  const counted = countedDevices(fitting, minimumCohort);
  const groupCount = Math.max(1, Math.floor(counted.length / minimumCohort));
  const sizes = listSizes(context, current, counted, options).slice(0, groupCount);
  const groups = dealFastestFirst(context, fitting, current, sizes);
  const devices = fitting.map(({ device }) => {
    const size = entryOf(groups, device.id);
    return planDevice(context, device, canAfford(device, costOf(context, size)) ? size : current);
  });
  return completePlan(name, context, {
    rankDistribution: listWidths(profile.blocks, current),
    devices,
    excluded,
  });
}

/** The current size and, where a trial is due, those one step on. */
function listSizes(
  context: RoundContext,
  current: BottleneckSize,
  counted: readonly FittingDevice[],
  { ranks }: ResolvedOptions,
): readonly BottleneckSize[] {
  const { profile, global } = context;
  const { blocks } = profile;
  if (readTrialMemory(global.memory).roundsSinceTrial < ROUNDS_BETWEEN_TRIALS) return [current];
  const { depth, width } = current;
  const budget = countParameters(profile, { depth: blocks, ranks: rankDistribution(ranks, blocks) });
  const steps = [
    { depth: depth + DEPTH_STEP, width },
    { depth, width: width + WIDTH_STEP },
  ].filter(
    (size) =>
      size.depth <= blocks &&
      countBottleneckParameters(profile, size) <= budget &&
      counted.every(({ device }) => canAfford(device, costOf(context, size))),
  );
  return [current, ...steps];
}

/** The size for each device, by id. */
function dealFastestFirst(
  context: RoundContext,
  fitting: readonly FittingDevice[],
  current: BottleneckSize,
  sizes: readonly BottleneckSize[],
): ReadonlyMap<string, BottleneckSize> {
  const { awaited, others } = splitAwaited(fitting);
  const fastestFirst = [awaited, others].map((entries) =>
    entries
      .map(({ device }) => planDevice(context, device, current))
      .sort((one, other) => one.seconds - other.seconds),
  );
  const trial = Math.floor(context.round / (ROUNDS_BETWEEN_TRIALS + 1));
  return new Map(
    fastestFirst.flat().map(({ id }, index) => [id, itemAt(sizes, (index + trial) % sizes.length)]),
  );
}

function planDevice(context: RoundContext, device: DeviceContext, size: BottleneckSize): DevicePlan {
  const { profile, localSteps } = context;
  const cost = costOf(context, size);
  const seconds = timeDepth(device, cost, { blocks: profile.blocks, localSteps });
  const { depth, memoryBytes, bytesUp, bytesDown } = cost;
  const ranks = Array.from({ length: depth }, () => size.width);
  return { id: device.id, depth, ranks, trunk: 'base', seconds, memoryBytes, bytesUp, bytesDown };
}

function costOf({ profile, valueBytes }: RoundContext, size: BottleneckSize): DepthCost {
  const parameters = countBottleneckParameters(profile, size);
  const bytes = valueBytes * parameters;
  return {
    depth: size.depth,
    memoryBytes: memoryBytes(profile, size.depth, parameters),
    bytesUp: bytes,
    bytesDown: bytes,
  };
}

/** The width of every block, from block 1. */
function listWidths(blocks: number, { depth, width }: BottleneckSize): readonly number[] {
  return Array.from({ length: blocks }, (_, index) => (index < blocks - depth ? 0 : width));
}
