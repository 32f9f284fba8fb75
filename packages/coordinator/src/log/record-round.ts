import {
  type ChangeNorms,
  type ChangeScales,
  completionTime,
  type DevicePlan,
  findEntry,
  leastScale,
  type Plan,
  type RoundState,
  scaleNorms,
  type UpdateReceived,
  waitingTime,
} from '@legend-fl/method';
import type { RoundView } from '@legend-fl/protocol';
import type { DeviceRecord, RoundRecord } from '@legend-fl/runs';
import type { EvaluatedDetails, UpdateDetails } from './event-details.ts';

/** What one device did in a round. */
export interface DeviceWork {
  readonly event: UpdateReceived;
  readonly details: UpdateDetails;
}

/** A device that dropped out of a round, with what it took until then. */
export interface DroppedWork {
  readonly elapsedSeconds: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** All that a round's line is made from. */
export interface RoundToRecord {
  readonly state: Extract<RoundState, { phase: 'evaluating' }>;
  readonly assignedAt: number;
  readonly closedAt: number;
  readonly works: ReadonlyMap<string, DeviceWork>;
  readonly dropped: ReadonlyMap<string, DroppedWork>;
  /** What of its change was added, of each update that was clipped. */
  readonly clipped: ReadonlyMap<string, ChangeScales>;
  readonly evaluated: EvaluatedDetails;
  /** Bytes of the rounds before. */
  readonly recorded: { readonly bytesUp: number; readonly bytesDown: number };
  /** What a report groups a device by. */
  readonly kindOf: (device: string) => string;
}

/** Why a device of a round that closed without it is on record. */
const LATE = 'had not answered when the round closed';

/**
 * A line of rounds.jsonl. Seconds are real ones: `virtualSeconds` those of all rounds so far, from assignment to
 * closing, without the waiting for devices in between. Bytes are those of all attempts.
 */
export function recordRound(round: RoundToRecord): RoundRecord {
  const { state, assignedAt, closedAt, works, evaluated, recorded } = round;
  const { plan, totals } = state;
  const roundSeconds = (closedAt - assignedAt) / 1000;
  const seconds = [...works.values()].map(({ event }) => event.elapsedSeconds);
  const slowest = seconds.reduce((one, other) => Math.max(one, other), 0);
  const losses = plan.devices.flatMap(({ id }) =>
    findEntry(state.devices, id)?.status === 'updated' ? (works.get(id)?.details.loss ?? []) : [],
  );
  const { coordinator, devices } = evaluated;
  const figures = coordinator ?? devices;
  return {
    round: plan.round,
    virtualSeconds: totals.seconds,
    roundSeconds,
    waitingSeconds: Math.max(0, waitingTime(seconds) + roundSeconds - slowest),
    accuracy: figures?.accuracy ?? null,
    loss: figures?.loss ?? null,
    bytesUp: totals.bytesUp - recorded.bytesUp,
    bytesDown: totals.bytesDown - recorded.bytesDown,
    rankDistribution: [...plan.rankDistribution],
    targetSeconds: plan.targetSeconds,
    predictedSeconds: plan.roundSeconds,
    ...(losses.length > 0 && { trainingLoss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length }),
    ...(devices && { deviceEvaluation: devices }),
    attempt: state.attempt,
    assignedAt,
    closedAt,
    devices: plan.devices.map((device) => recordDevice(device, roundSeconds, round)),
    excluded: plan.excluded,
  };
}

function recordDevice(
  device: DevicePlan,
  roundSeconds: number,
  { state, works, dropped, clipped, kindOf }: RoundToRecord,
): DeviceRecord {
  const { id, depth, ranks } = device;
  const planned = { id, kind: kindOf(id), depth, ranks: [...ranks] };
  const entry = findEntry(state.devices, id);
  const work = works.get(id);
  if (work !== undefined) {
    const { event, details } = work;
    const { download, forward, backward, upload } = details.times;
    const scales = clipped.get(id);
    return {
      ...planned,
      seconds: event.elapsedSeconds,
      downloadSeconds: download,
      forwardSeconds: forward,
      backwardSeconds: backward,
      uploadSeconds: upload,
      examples: event.examples,
      bytesUp: event.bytesUp,
      bytesDown: event.bytesDown,
      ...(event.observed && {
        capacity: { ...event.observed },
        claimedSeconds: claimedSeconds(event, event.observed, device, state.plan),
      }),
      loss: details.loss,
      ...(details.norms && { norms: normsAsAdded(details.norms, scales) }),
      ...(scales && { clipped: leastScale(scales) }),
      ...(entry?.status === 'dropped' && { dropped: entry.reason, leftOut: true }),
    };
  }
  const until = dropped.get(id);
  return {
    ...planned,
    seconds: until?.elapsedSeconds ?? roundSeconds,
    downloadSeconds: 0,
    forwardSeconds: 0,
    backwardSeconds: 0,
    uploadSeconds: 0,
    examples: 0,
    bytesUp: until?.bytesUp ?? 0,
    bytesDown: until?.bytesDown ?? 0,
    dropped: entry?.status === 'dropped' ? entry.reason : LATE,
  };
}

function normsAsAdded(
  norms: ChangeNorms,
  scales: ChangeScales | undefined,
): NonNullable<DeviceRecord['norms']> {
  const { blocks, head } = scales ? scaleNorms(norms, scales) : norms;
  return { blocks: [...blocks], head };
}

/** Seconds that the device's own measurements say its part should have taken, with nothing cached. */
function claimedSeconds(
  { bytesUp, bytesDown }: UpdateReceived,
  claimed: NonNullable<UpdateReceived['observed']>,
  { depth, training }: DevicePlan,
  { rankDistribution, localSteps }: Plan,
): number {
  const { quantizedBlocks = 0 } = training ?? {};
  const trunkBlocks = rankDistribution.length - depth;
  return completionTime(claimed, { depth, trunkBlocks, quantizedBlocks, localSteps, bytesUp, bytesDown })
    .seconds;
}

/**
 * A round in short.
 * @param before accuracy and loss to show of a round that nobody scored
 */
export function viewRound(
  run: string,
  blocks: number,
  record: RoundRecord,
  finishedAt: number,
  before: Pick<RoundView, 'accuracy' | 'loss'>,
): RoundView {
  const depths = Array.from({ length: blocks }, () => 0);
  let [dropped, clipped] = [0, 0];
  for (const device of record.devices) {
    if (device.clipped !== undefined) clipped++;
    if (device.dropped !== undefined) dropped++;
    else depths[device.depth - 1] = (depths[device.depth - 1] ?? 0) + 1;
  }
  const { round, virtualSeconds, roundSeconds, waitingSeconds, bytesUp, bytesDown } = record;
  return {
    run,
    round,
    finishedAt,
    seconds: virtualSeconds,
    roundSeconds,
    waitingSeconds,
    accuracy: record.accuracy ?? before.accuracy,
    loss: record.loss ?? before.loss,
    bytesUp,
    bytesDown,
    depths,
    updated: record.devices.length - dropped,
    dropped,
    clipped,
  };
}
