import type { CapacityEstimator, DevicePlan, Plan, RoundEvent, RoundState } from '@legend/method';
import { roundRecordSchema } from '@legend/rounds';
import type { RoundView } from '../../protocol/operator.ts';
import type { RunSnapshot, StoredEvent, StoredRound } from '../store/store.ts';
import { aggregatedDetails, evaluatedDetails, updateDetails } from './event-details.ts';
import { replay, type StoredStep } from './event-queue.ts';
import { type DeviceWork, type DroppedWork, recordRound, viewRound } from './record-round.ts';

/** A snapshot that is to be saved, with the round that it concludes. */
export interface DueSnapshot {
  readonly snapshot: RunSnapshot;
  readonly finished?: StoredRound;
}

export interface ProgressOptions {
  readonly run: string;
  readonly blocks: number;
  readonly estimator: CapacityEstimator;
  /** Of a device, for the record. */
  readonly kindOf: (device: string) => string;
  /** State and global state that a run begins with. */
  readonly initial: { readonly state: RoundState; readonly globalSha256: string };
  /** What is shown of a round that nobody has scored yet. */
  readonly unscored: { readonly accuracy: number; readonly loss: number };
}

/** Events of a run that waits for devices, which tell their capacities again and again, before a snapshot takes them in. */
const LONG_LOG = 1000;

/**
 * Where a run stands: what its stored events have made of its last snapshot. Live and after a restart it is changed in
 * the same way, by `note`, so that both come to the same.
 */
export class RunProgress {
  readonly #options: ProgressOptions;
  state: RoundState;
  sequence: number;
  globalSha256: string;
  /** When the attempt under way was assigned; null outside of one. */
  assignedAt: number | null;
  failure: string | null;
  /** Rank of every block in the last plan; empty before the first. */
  rankDistribution: readonly number[] = [];
  /** What each device does in the last plan. */
  plannedDevices: ReadonlyMap<string, DevicePlan> = new Map();
  /** Finished rounds. */
  readonly rounds: RoundView[] = [];
  /** Updates of each device that have counted in finished rounds. */
  readonly counted = new Map<string, number>();
  /** Examples that devices held when an update of theirs last counted. */
  readonly examples = new Map<string, number>();
  /** The last update of each device that has counted. */
  readonly lastCounted = new Map<string, { readonly round: number; readonly attempt: number }>();
  /** Updates of the attempt under way. */
  readonly works = new Map<string, DeviceWork>();
  /** Their messages. */
  readonly references = new Set<string>();
  readonly #dropped = new Map<string, DroppedWork>();
  /** The event at which a snapshot was last due. */
  #snapshotAt: number;
  /** When the attempt under way closed. */
  #closedAt: number | null = null;

  /** @param snapshot the last one; null before the first */
  constructor(snapshot: RunSnapshot | null, finished: readonly StoredRound[], options: ProgressOptions) {
    this.#options = options;
    this.state = snapshot?.state ?? options.initial.state;
    this.sequence = snapshot?.sequence ?? 0;
    this.#snapshotAt = this.sequence;
    this.globalSha256 = snapshot?.globalSha256 ?? options.initial.globalSha256;
    this.assignedAt = snapshot?.assignedAt ?? null;
    this.failure = snapshot?.failure ?? null;
    for (const round of finished) this.#addRound(round);
    if ('plan' in this.state) this.#notePlan(this.state.plan);
  }

  /** Takes over what a log says after the snapshot. @returns the snapshots that a crash has kept from being saved */
  resume(events: readonly StoredEvent[]): DueSnapshot[] {
    return replay(this.state, events, this.#options.estimator).flatMap((step) => this.note(step));
  }

  /** Takes over one stored event. @returns the snapshot that is due with it, if one is */
  note({ stored, before, after }: StoredStep): DueSnapshot[] {
    this.#noteEvent(stored.event, stored);
    const finished = this.#conclude(stored, before);
    this.state = after;
    this.sequence = stored.sequence;
    const { phase } = after;
    if (before.phase === 'collecting' && phase !== 'collecting') this.#closedAt = stored.at;
    const same = before.phase === phase && before.round === after.round && before.attempt === after.attempt;
    // What devices did is in the log alone until the round is on record, so none of it is cut before.
    if (phase === 'aggregating' || phase === 'evaluating') return [];
    if (same && (phase !== 'planning' || stored.sequence < this.#snapshotAt + LONG_LOG)) return [];
    if (phase !== 'collecting') this.assignedAt = null;
    this.#snapshotAt = stored.sequence;
    return [{ snapshot: this.snapshot(), ...(finished && { finished }) }];
  }

  snapshot(): RunSnapshot {
    const { sequence, state, globalSha256, assignedAt, failure } = this;
    return { sequence, state, globalSha256, assignedAt, failure };
  }

  /** Seconds since the attempt under way was assigned. */
  elapsedSeconds(at: number): number {
    return this.assignedAt === null ? 0 : Math.max(0, (at - this.assignedAt) / 1000);
  }

  #notePlan({ rankDistribution, devices }: Plan): void {
    this.rankDistribution = rankDistribution;
    this.plannedDevices = new Map(devices.map((device) => [device.id, device]));
  }

  #noteEvent(event: RoundEvent, { at, details }: StoredEvent): void {
    switch (event.type) {
      case 'planned':
        this.assignedAt = at;
        this.#notePlan(event.plan);
        this.works.clear();
        this.references.clear();
        this.#dropped.clear();
        return;
      case 'update-received':
        this.references.add(event.reference);
        this.works.set(event.deviceId, { event, details: updateDetails.parse(details) });
        return;
      case 'device-dropped':
        this.#dropped.set(event.deviceId, event);
        return;
      case 'aggregated':
        this.globalSha256 = aggregatedDetails.parse(details).globalSha256;
        return;
      case 'capacity-reported':
      case 'deadline-passed':
      case 'evaluated':
      case 'stopped':
        return;
    }
  }

  /** The record of the round that an evaluation concludes. */
  #conclude({ event, at, details }: StoredEvent, state: RoundState): StoredRound | undefined {
    if (event.type !== 'evaluated' || state.phase !== 'evaluating') return undefined;
    const record = recordRound({
      state,
      assignedAt: this.assignedAt ?? at,
      closedAt: this.#closedAt ?? at,
      works: this.works,
      dropped: this.#dropped,
      evaluated: evaluatedDetails.parse(details),
      recorded: {
        bytesUp: sum(this.rounds.map(({ bytesUp }) => bytesUp)),
        bytesDown: sum(this.rounds.map(({ bytesDown }) => bytesDown)),
      },
      kindOf: this.#options.kindOf,
    });
    const round = { round: state.round, finishedAt: at, record };
    this.#addRound(round);
    return round;
  }

  #addRound({ record, finishedAt }: StoredRound): void {
    const { run, blocks, unscored } = this.#options;
    const parsed = roundRecordSchema.parse(record);
    this.rounds.push(viewRound(run, blocks, parsed, finishedAt, this.rounds.at(-1) ?? unscored));
    this.rankDistribution = parsed.rankDistribution;
    const { round, attempt = 1 } = parsed;
    for (const { id, dropped, examples } of parsed.devices) {
      if (dropped !== undefined) continue;
      this.counted.set(id, (this.counted.get(id) ?? 0) + 1);
      this.lastCounted.set(id, { round, attempt });
      this.examples.set(id, examples);
    }
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
