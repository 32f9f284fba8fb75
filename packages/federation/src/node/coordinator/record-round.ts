import type { UpdateReceived } from '@legend/method';
import { findEntry, type Plan, type RoundState, waitingTime } from '@legend/method';
import type { DeviceRecord, RoundRecord } from '@legend/rounds';
import type { RoundView } from '../../protocol/operator.ts';
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
  const losses = plan.devices.flatMap(({ id }) => works.get(id)?.details.loss ?? []);
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
  { id, depth, ranks }: Plan['devices'][number],
  roundSeconds: number,
  { state, works, dropped, kindOf }: RoundToRecord,
): DeviceRecord {
  const planned = { id, kind: kindOf(id), depth, ranks: [...ranks] };
  const work = works.get(id);
  if (work !== undefined) {
    const { event, details } = work;
    const { download, forward, backward, upload } = details.times;
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
      ...(event.observed && { capacity: { ...event.observed } }),
      loss: details.loss,
    };
  }
  const entry = findEntry(state.devices, id);
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
  let dropped = 0;
  for (const device of record.devices) {
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
    clipped: 0,
  };
}
