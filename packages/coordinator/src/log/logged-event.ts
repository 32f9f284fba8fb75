import { parseInput } from '@legend-fl/base';
import type {
  Aggregated,
  DeviceDropped,
  Evaluated,
  Planned,
  RoundEvent,
  UpdateReceived,
} from '@legend-fl/method';
import {
  bounds,
  byteCount,
  capacitySchema,
  contentHash,
  exampleCount,
  roundNumber,
  seconds,
} from '@legend-fl/protocol';
import { z } from 'zod';
import type { StoredEvent } from '../store/store.ts';
import {
  type AggregatedDetails,
  aggregatedDetails,
  type EvaluatedDetails,
  evaluatedDetails,
  type UpdateDetails,
  updateDetails,
} from './event-details.ts';

/** An event of a run's log with its details, both known to be within their bounds. */
export type LoggedEvent =
  | { readonly type: 'update-received'; readonly event: UpdateReceived; readonly details: UpdateDetails }
  | { readonly type: 'aggregated'; readonly event: Aggregated; readonly details: AggregatedDetails }
  | { readonly type: 'evaluated'; readonly event: Evaluated; readonly details: EvaluatedDetails }
  | { readonly type: 'planned'; readonly event: Planned }
  | { readonly type: 'device-dropped'; readonly event: DeviceDropped }
  | { readonly type: 'undone' }
  /** Nothing of it is kept but what the reducer makes of it. */
  | { readonly type: 'other' };

const attempt = { round: roundNumber, attempt: z.int().positive() };
const device = { deviceId: z.string() };
const result = {
  ...device,
  ...attempt,
  elapsedSeconds: seconds,
  bytesUp: byteCount.max(bounds.bytes),
  bytesDown: byteCount.max(bounds.bytes),
};
const leftOut = z.array(z.object({ ...device, reason: z.string() }));

/** What each event of a log may hold. A kind without a schema does not compile. */
const eventSchemas = {
  'capacity-reported': z.object({ ...device, observed: capacitySchema }),
  'update-received': z.object({
    ...result,
    reference: contentHash,
    examples: exampleCount,
    observed: capacitySchema.exactOptional(),
  }),
  'device-dropped': z.object({ ...result, reason: z.string() }),
  // The plan itself was checked when it was made, see `checkPlan`.
  planned: z.object({ plan: z.looseObject({ round: roundNumber, devices: z.array(z.unknown()) }) }),
  'deadline-passed': z.object({ ...attempt, elapsedSeconds: seconds }),
  aggregated: z.object({ round: roundNumber, leftOut: leftOut.exactOptional() }),
  evaluated: z.object({ round: roundNumber, accuracy: z.number().min(0).max(1), loss: z.number() }),
  undone: z.object({ ...attempt, reason: z.string(), suspects: leftOut }),
  stopped: z.object({}),
} satisfies { readonly [type in RoundEvent['type']]: z.ZodType };

/**
 * Checks what an event and its details hold, before the event is stored and again when it is replayed, so that nothing
 * enters a log that would not come out of it.
 * @throws InputError `event-invalid`
 */
export function checkLoggedEvent({ sequence, event, details }: StoredEvent): LoggedEvent {
  const problem = { code: 'event-invalid', where: `event ${sequence} (${event.type})` };
  parseInput(eventSchemas[event.type], event, problem);
  switch (event.type) {
    case 'update-received':
      return { type: event.type, event, details: parseInput(updateDetails, details, problem) };
    case 'aggregated':
      return { type: event.type, event, details: parseInput(aggregatedDetails, details, problem) };
    case 'evaluated':
      return { type: event.type, event, details: parseInput(evaluatedDetails, details, problem) };
    case 'planned':
      return { type: event.type, event };
    case 'device-dropped':
      return { type: event.type, event };
    case 'undone':
      return { type: event.type };
    case 'capacity-reported':
    case 'deadline-passed':
    case 'stopped':
      return { type: 'other' };
  }
}

/**
 * A stored event with every figure moved within its bounds. Logs that were written before figures had bounds hold some
 * outside them, and JSON has turned those that were not finite into null.
 */
export function mendStoredEvent(stored: StoredEvent): StoredEvent {
  const { event, details } = stored;
  switch (event.type) {
    case 'capacity-reported':
      return { ...stored, event: { ...event, observed: mendCapacity(event.observed) } };
    case 'update-received': {
      const { observed } = event;
      return {
        ...stored,
        event: {
          ...mendBytes(event),
          examples: clamp(event.examples, { min: 1, max: bounds.examples }),
          ...(observed && { observed: mendCapacity(observed) }),
        },
        details: mendUpdateDetails(details as UpdateDetails),
      };
    }
    case 'device-dropped':
      return { ...stored, event: mendBytes(event) };
    case 'evaluated':
      return {
        ...stored,
        event: { ...event, loss: clamp(event.loss, bounds.loss) },
        details: mendEvaluatedDetails(details as EvaluatedDetails),
      };
    case 'planned':
    case 'deadline-passed':
    case 'aggregated':
    case 'undone':
    case 'stopped':
      return stored;
  }
}

type Figures<Key extends string> = { readonly [key in Key]: number };

export function mendCapacity<Capacity extends Figures<keyof z.output<typeof capacitySchema>>>(
  capacity: Capacity,
): Capacity {
  const { blockSeconds, secondsPerByte, memoryBytes } = bounds;
  return {
    ...capacity,
    forwardSecondsPerBlock: clamp(capacity.forwardSecondsPerBlock, blockSeconds),
    backwardSecondsPerBlock: clamp(capacity.backwardSecondsPerBlock, blockSeconds),
    uploadSecondsPerByte: clamp(capacity.uploadSecondsPerByte, secondsPerByte),
    downloadSecondsPerByte: clamp(capacity.downloadSecondsPerByte, secondsPerByte),
    // A claim of more memory than any machine has is worth the least.
    memoryBytes:
      capacity.memoryBytes <= memoryBytes.max ? clamp(capacity.memoryBytes, memoryBytes) : memoryBytes.min,
  };
}

function mendBytes<Result extends Figures<'bytesUp' | 'bytesDown'>>(result: Result): Result {
  const range = { min: 0, max: bounds.bytes };
  return { ...result, bytesUp: clamp(result.bytesUp, range), bytesDown: clamp(result.bytesDown, range) };
}

function mendUpdateDetails({ times, ...details }: UpdateDetails): UpdateDetails {
  const mend = (value: number) => clamp(value, { min: 0, max: bounds.partSeconds });
  const { download, forward, backward, upload } = times;
  return {
    ...details,
    loss: clamp(details.loss, bounds.loss),
    times: {
      download: mend(download),
      forward: mend(forward),
      backward: mend(backward),
      upload: mend(upload),
    },
  };
}

function mendEvaluatedDetails({ coordinator, devices }: EvaluatedDetails): EvaluatedDetails {
  const mendLoss = <Score extends Figures<'loss'>>(score: Score): Score => ({
    ...score,
    loss: clamp(score.loss, bounds.loss),
  });
  const range = { min: 1, max: Number.MAX_SAFE_INTEGER };
  return {
    coordinator: coordinator && mendLoss(coordinator),
    devices: devices && { ...mendLoss(devices), examples: clamp(devices.examples, range) },
  };
}

/** A figure that JSON could not carry was not finite: it counts as the worst, which is the greatest. */
function clamp(value: number | null, { min, max }: { readonly min: number; readonly max: number }): number {
  return value === null || Number.isNaN(value) ? max : Math.min(Math.max(value, min), max);
}
