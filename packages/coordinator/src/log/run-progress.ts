import {
  addToHistory,
  type CapacityEstimator,
  type ChangeScales,
  type DevicePlan,
  type NormHistory,
  type Plan,
  type RoundState,
} from '@legend-fl/method';
import type { RoundView } from '@legend-fl/protocol';
import { type RoundRecord, roundRecordSchema } from '@legend-fl/runs';
import type { RunSnapshot, StoredEvent, StoredRound } from '../store/store.ts';
import type { EvaluatedDetails } from './event-details.ts';
import { replay, type StoredStep } from './event-queue.ts';
import { checkLoggedEvent, type LoggedEvent, mendStoredEvent } from './logged-event.ts';
import { type DeviceWork, type DroppedWork, recordRound, viewRound } from './record-round.ts';

/** A snapshot that is to be saved, with the round that it concludes. */
export interface DueSnapshot {
  readonly snapshot: RunSnapshot;
  readonly finished?: StoredRound;
}

/** A step of which it is known what becomes of the progress, so that taking it over cannot fail. */
export interface CheckedStep extends StoredStep {
  readonly logged: LoggedEvent;
  /** The round that it concludes. */
  readonly finished: FinishedRound | undefined;
}

interface FinishedRound extends StoredRound {
  readonly record: RoundRecord;
}

/** What the last counted update of a device should have taken by its own figures, and what it took. */
export interface ClaimedTime {
  readonly claimedSeconds: number;
  readonly measuredSeconds: number;
}

export interface ProgressOptions {
  readonly run: string;
  readonly blocks: number;
  readonly estimator: CapacityEstimator;
  /** Of a device, for the record. */
  readonly kindOf: (device: string) => string;
  /** State and global state that a run begins with. */
  readonly initial: { readonly state: RoundState; readonly globalSha256: string };
  /** Figures of a round that nobody scores, while there are none from a round before. */
  readonly blindGuess: ScoreFigures;
}

export interface ScoreFigures {
  readonly accuracy: number;
  readonly loss: number;
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
  /** The global state before, which somebody may still read; null where this process has seen none. */
  previousSha256: string | null = null;
  /** The global state that the attempt under way began with. */
  startSha256: string;
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
  /** Updates of each device in finished rounds that were clipped, or left out of the sum. */
  readonly clipped = new Map<string, number>();
  readonly leftOut = new Map<string, number>();
  readonly claims = new Map<string, ClaimedTime>();
  /** Of the updates that counted in the last finished rounds. */
  normHistory: NormHistory = [];
  /** Updates of the attempt under way. */
  readonly works = new Map<string, DeviceWork>();
  /** Their messages. */
  readonly references = new Set<string>();
  readonly #dropped = new Map<string, DroppedWork>();
  /** Of the attempt under way: what of its change was added, of each update that was clipped. */
  readonly #clipped = new Map<string, ChangeScales>();
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
    this.startSha256 = this.globalSha256;
    this.assignedAt = snapshot?.assignedAt ?? null;
    this.failure = snapshot?.failure ?? null;
    for (const { round, finishedAt, record } of finished) {
      this.#addRound({ round, finishedAt, record: roundRecordSchema.parse(record) });
    }
    if ('plan' in this.state) this.#notePlan(this.state.plan);
  }

  /** Takes over what a log says after the snapshot. @returns the snapshots that a crash has kept from being saved */
  resume(events: readonly StoredEvent[]): DueSnapshot[] {
    const steps = replay(this.state, events.map(mendStoredEvent), this.#options.estimator);
    return steps.flatMap((step) => this.note(this.check(step)));
  }

  /**
   * Works out what the event of a step will change. Everything that can be wrong with it shows here: live before it is
   * stored, after a restart before it is taken over.
   * @throws InputError `event-invalid`
   */
  check(step: StoredStep): CheckedStep {
    const logged = checkLoggedEvent(step.stored);
    const finished = logged.type === 'evaluated' ? this.#conclude(step, logged.details) : undefined;
    return { ...step, logged, finished };
  }

  /** Takes over one stored event. @returns the snapshot that is due with it, if one is */
  note({ stored, before, after, logged, finished }: CheckedStep): DueSnapshot[] {
    this.#noteEvent(logged, stored.at);
    if (finished !== undefined) this.#addRound(finished);
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

  get blindGuess(): ScoreFigures {
    return this.#options.blindGuess;
  }

  /** Whether a restart, or a round under way, needs a blob. */
  needsBlob(sha256: string): boolean {
    if ([this.globalSha256, this.startSha256, this.previousSha256].includes(sha256)) return true;
    return 'devices' in this.state && this.references.has(sha256);
  }

  /** The updates of the attempt under way that were clipped. */
  get clippedNow(): ReadonlyMap<string, ChangeScales> {
    return this.#clipped;
  }

  snapshot(): RunSnapshot {
    const { sequence, state, globalSha256, assignedAt, failure } = this;
    return { sequence, state, globalSha256, assignedAt, failure };
  }

  /** Seconds since the attempt under way was assigned. */
  elapsedSeconds(at: number): number {
    return this.assignedAt === null ? 0 : Math.max(0, (at - this.assignedAt) / 1000);
  }

  #replaceGlobal(sha256: string): void {
    if (sha256 === this.globalSha256) return;
    this.previousSha256 = this.globalSha256;
    this.globalSha256 = sha256;
  }

  #notePlan({ rankDistribution, devices }: Plan): void {
    this.rankDistribution = rankDistribution;
    this.plannedDevices = new Map(devices.map((device) => [device.id, device]));
  }

  #noteEvent(logged: LoggedEvent, at: number): void {
    switch (logged.type) {
      case 'planned':
        this.assignedAt = at;
        this.startSha256 = this.globalSha256;
        this.#notePlan(logged.event.plan);
        this.works.clear();
        this.references.clear();
        this.#dropped.clear();
        this.#clipped.clear();
        return;
      case 'update-received':
        this.references.add(logged.event.reference);
        this.works.set(logged.event.deviceId, logged);
        return;
      case 'device-dropped':
        this.#dropped.set(logged.event.deviceId, logged.event);
        return;
      case 'aggregated':
        this.#replaceGlobal(logged.details.globalSha256);
        for (const { deviceId, scales } of logged.details.clipped) this.#clipped.set(deviceId, scales);
        return;
      case 'undone':
        this.#replaceGlobal(this.startSha256);
        return;
      case 'evaluated':
      case 'other':
        return;
    }
  }

  /** The record of the round that an evaluation concludes. Throws ZodError for one that could not be read again. */
  #conclude({ stored: { at }, before: state }: StoredStep, evaluated: EvaluatedDetails): FinishedRound {
    if (state.phase !== 'evaluating') throw new Error(`An evaluation cannot conclude phase ${state.phase}.`);
    const record = recordRound({
      state,
      assignedAt: this.assignedAt ?? at,
      closedAt: this.#closedAt ?? at,
      works: this.works,
      dropped: this.#dropped,
      clipped: this.#clipped,
      evaluated,
      recorded: {
        bytesUp: sum(this.rounds.map(({ bytesUp }) => bytesUp)),
        bytesDown: sum(this.rounds.map(({ bytesDown }) => bytesDown)),
      },
      kindOf: this.#options.kindOf,
    });
    return { round: state.round, finishedAt: at, record: roundRecordSchema.parse(record) };
  }

  #addRound({ record, finishedAt }: FinishedRound): void {
    const { run, blocks, blindGuess } = this.#options;
    this.rounds.push(viewRound(run, blocks, record, finishedAt, this.rounds.at(-1) ?? blindGuess));
    this.rankDistribution = record.rankDistribution;
    const { round, attempt = 1 } = record;
    for (const device of record.devices) {
      const { id, dropped, examples, seconds, claimedSeconds, clipped, leftOut } = device;
      if (leftOut === true) countUp(this.leftOut, id);
      if (dropped !== undefined) continue;
      countUp(this.counted, id);
      if (clipped !== undefined) countUp(this.clipped, id);
      if (claimedSeconds !== undefined) this.claims.set(id, { claimedSeconds, measuredSeconds: seconds });
      this.lastCounted.set(id, { round, attempt });
      this.examples.set(id, examples);
    }
    this.normHistory = addToHistory(
      this.normHistory,
      record.devices.flatMap(({ id: deviceId, dropped, norms }) =>
        norms === undefined || dropped !== undefined ? [] : [{ deviceId, norms }],
      ),
    );
  }
}

function countUp(counts: Map<string, number>, id: string): void {
  counts.set(id, (counts.get(id) ?? 0) + 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
