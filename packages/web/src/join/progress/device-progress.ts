import type { DeviceEvent } from '@legend-fl/device';
import type { RunForDevices } from '@legend-fl/protocol';

type EventOf<Type extends DeviceEvent['type']> = Extract<DeviceEvent, { type: Type }>;

/** What the device is doing, for the person before it. */
export type Activity =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'fetching-model'; readonly bytes: number; readonly total: number }
  | { readonly kind: 'preparing' }
  | { readonly kind: 'measuring' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'assigned' }
  | { readonly kind: 'downloading'; readonly bytes: number; readonly total: number }
  | { readonly kind: 'training'; readonly step: number; readonly steps: number }
  | { readonly kind: 'uploading'; readonly bytes: number; readonly total: number }
  | { readonly kind: 'evaluating'; readonly round: number }
  | { readonly kind: 'finished'; readonly reason: string }
  | { readonly kind: 'left' };

/** A round that this device took part in. */
export interface DeviceRound {
  readonly round: number;
  /** Null of an update that was finished before the page was loaded. */
  readonly depth: number | null;
  readonly loss: number | null;
  readonly seconds: number | null;
  /** Undefined while it is under way; `null` where the update was accepted, else why not. */
  readonly rejected: string | null | undefined;
  /** Its round had closed before the update was there. */
  readonly late?: true;
}

export interface DeviceProgress {
  readonly device: string | undefined;
  readonly run: RunForDevices | undefined;
  readonly activity: Activity;
  readonly data: EventOf<'data-ready'> | undefined;
  readonly capacity: EventOf<'measured'>['capacity'] | undefined;
  /** With the time at which its round closes at the latest, in milliseconds since 1970. */
  readonly assignment: (EventOf<'assigned'> & { readonly closesAt: number }) | undefined;
  /** Of the last steps, over all rounds; x counts them. */
  readonly losses: readonly { readonly x: number; readonly y: number }[];
  /** Latest last. */
  readonly rounds: readonly DeviceRound[];
  readonly score: EventOf<'scored'> | undefined;
  readonly accepted: number;
  /** Updates that were not, those that came too late included. */
  readonly rejected: number;
  readonly late: number;
  /** Why it rests; undefined while it does not. */
  readonly paused: string | undefined;
  /** Why it is not connected, and until the next attempt; undefined while it is. */
  readonly disconnected: { readonly reason: string; readonly seconds: number } | undefined;
}

export const nothingDone: DeviceProgress = {
  device: undefined,
  run: undefined,
  activity: { kind: 'connecting' },
  data: undefined,
  capacity: undefined,
  assignment: undefined,
  losses: [],
  rounds: [],
  score: undefined,
  accepted: 0,
  rejected: 0,
  late: 0,
  paused: undefined,
  disconnected: undefined,
};

/** Steps whose loss is kept: as many as a chart can show. */
export const MAX_LOSSES = 1000;

/** How the device stands after an event at a time in milliseconds since 1970. */
export function advance(progress: DeviceProgress, event: DeviceEvent, now: number): DeviceProgress {
  switch (event.type) {
    case 'connected':
      return { ...progress, device: event.device, run: event.run, activity: { kind: 'preparing' } };
    case 'model-progress':
      return doing({ kind: 'fetching-model', bytes: event.bytes, total: event.total });
    case 'data-ready':
      return { ...progress, data: event };
    case 'measuring':
      return doing({ kind: 'measuring' });
    case 'measured':
      return { ...progress, capacity: event.capacity };
    case 'waiting':
      return doing({ kind: 'waiting' });
    case 'assigned': {
      const { round, depth, secondsLeft } = event;
      const started = { round, depth, loss: null, seconds: null, rejected: undefined };
      return {
        ...progress,
        assignment: { ...event, closesAt: now + 1000 * secondsLeft },
        activity: { kind: 'assigned' },
        rounds: [...progress.rounds.filter(({ rejected }) => rejected !== undefined), started],
      };
    }
    case 'downloading':
    case 'uploading':
      return doing({ kind: event.type, bytes: event.bytes, total: event.total });
    case 'step':
      return {
        ...doing({ kind: 'training', step: event.step, steps: event.steps }),
        losses: withLoss(progress.losses, event.loss),
      };
    case 'accepted': {
      const { round, loss, seconds, resent } = event;
      const depth = resent ? null : (progress.assignment?.depth ?? null);
      const done = { round, depth, loss, seconds: resent ? null : seconds, rejected: null };
      return { ...progress, accepted: progress.accepted + 1, rounds: withRound(progress.rounds, done) };
    }
    case 'rejected': {
      const { round, reason, late } = event;
      const open = progress.rounds.find((one) => one.round === round && one.rejected === undefined);
      // A score that came too late is no update.
      if (open === undefined) return progress;
      return {
        ...progress,
        rejected: progress.rejected + 1,
        late: progress.late + (late ? 1 : 0),
        rounds: withRound(progress.rounds, { ...open, rejected: reason, ...(late && { late }) }),
      };
    }
    case 'evaluating':
      return doing({ kind: 'evaluating', round: event.round });
    case 'scored':
      return { ...progress, score: event };
    case 'paused':
      return { ...progress, paused: event.reason };
    case 'resumed':
      return { ...progress, paused: undefined };
    case 'reconnecting':
      return { ...progress, disconnected: { reason: event.reason, seconds: event.seconds } };
    case 'reconnected':
      return { ...progress, disconnected: undefined };
    case 'finished':
      return doing({ kind: 'finished', reason: event.reason });
    case 'left':
      return doing({ kind: 'left' });
  }

  function doing(activity: Activity): DeviceProgress {
    return { ...progress, activity };
  }
}

function withLoss(losses: DeviceProgress['losses'], loss: number): DeviceProgress['losses'] {
  const x = (losses.at(-1)?.x ?? 0) + 1;
  return [...losses.slice(1 - MAX_LOSSES), { x, y: loss }];
}

/** The round in place of the one under way, or behind the others. */
function withRound(rounds: readonly DeviceRound[], done: DeviceRound): readonly DeviceRound[] {
  return [...rounds.filter((one) => one.round !== done.round || one.rejected !== undefined), done];
}
