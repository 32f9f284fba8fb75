import { estimatorNamed, findEntry, type RoundEvent } from '@legend-fl/method';
import type { RunChange } from '@legend-fl/protocol';
import type { Outcome } from '../log/event-queue.ts';
import { RunLog } from '../log/run-log.ts';
import { type CheckedStep, type DueSnapshot, LONG_LOG, type RunProgress } from '../log/run-progress.ts';
import { describeError } from '../pacing/may-pass.ts';
import { retry } from '../pacing/retry.ts';
import { LONG_MS, WaitingPolls } from '../pacing/waiting-polls.ts';
import { Attempt } from '../phases/attempt.ts';
import { carryOutPhase } from '../phases/carry-out-phase.ts';
import type { Offer } from '../phases/hand-out.ts';
import { HeldOutTest } from '../phases/held-out-test.ts';
import type { PhaseWork, RunMemory } from '../phases/phase-work.ts';
import type { RunContext } from '../phases/run-context.ts';
import { Refusal } from '../refusals/refusal.ts';
import { ResultsFolder } from '../results/results-folder.ts';
import type { RunDefinition, RunResources } from '../settings/run-resources.ts';
import { deadlineSeconds, evaluatorsOf } from '../settings/run-settings.ts';
import type { Baseline, StoredRound, StoredRun } from '../store/store.ts';
import { Blockers } from './blockers.ts';
import { describeEnd, describeStep } from './describe-step.ts';
import { PhaseRunner } from './phase-runner.ts';
import { RefusedUpdates } from './refused-updates.ts';
import { RunAssets } from './run-assets.ts';
import { RunBlobs } from './run-blobs.ts';
import { UntrainedScore } from './untrained-score.ts';

/** What a run goes on from; see `openRun`. */
export interface OpenedRun {
  readonly stored: StoredRun;
  readonly definition: RunDefinition;
  readonly progress: RunProgress;
  /** undefined of a run that is over, which hardly ever needs them. */
  readonly resources: RunResources | undefined;
  /** The tensors that a new run begins with, not yet written. */
  readonly first: Uint8Array | undefined;
  /** Snapshots that a crash has kept from being saved. */
  readonly due: readonly DueSnapshot[];
  readonly context: RunContext;
}

/**
 * Drives one run: carries out the phase that it is in (`phases/`), hands what comes of it to the log (`log/`), and enters
 * the phase that the log then says. A restart enters the phase that it finds unfinished. Everything that counts is in the
 * log before anybody sees it.
 */
export class RunDriver {
  readonly id: string;
  readonly createdAt: number;
  readonly definition: RunDefinition;
  readonly progress: RunProgress;
  readonly assets: RunAssets;
  /** Woken when there may be an assignment for somebody. */
  readonly polls = new WaitingPolls();
  readonly refused = new RefusedUpdates();
  readonly #context: RunContext;
  readonly #log: RunLog;
  readonly #blobs: RunBlobs;
  readonly #results = new ResultsFolder();
  readonly #test = new HeldOutTest();
  readonly #memory: RunMemory = { enoughSince: undefined, silent: new Set() };
  readonly #deviceChanges = new WaitingPolls();
  readonly #blockers: Blockers;
  readonly #phases = new PhaseRunner();
  readonly #untrained: UntrainedScore;
  #name: string;
  #paused: boolean;
  #attempt = new Attempt(this.polls);
  #fault: string | undefined;

  constructor({ stored, definition, progress, resources, first, due, context }: OpenedRun) {
    const { id, createdAt } = stored;
    const { store, blobs, guard, sources, registry, observer, now } = context;
    this.id = id;
    this.createdAt = createdAt;
    this.#name = stored.name ?? definition.settings.name;
    this.#paused = stored.paused;
    this.#untrained = new UntrainedScore(stored.baseline);
    this.definition = definition;
    this.progress = progress;
    this.#context = context;
    this.#blockers = new Blockers({
      onBlocked: (text) => observer.log({ level: 'error', run: id, device: null, text }),
      onChange: () => observer.runChanged(id),
    });
    this.#blobs = new RunBlobs(blobs, guard);
    this.#blobs.add([progress.globalSha256, ...progress.references]);
    this.assets = new RunAssets({ run: id, definition, sources, blobs: this.#blobs, resources, first });
    const estimator = estimatorNamed(definition.settings.estimator);
    this.#log = new RunLog(
      { run: id, store: store.runs, progress, estimator, now, due },
      {
        onStep: (step) => this.#follow(step),
        onSteps: () => {
          observer.runChanged(id);
          if (this.isOver) observer.devicesChanged(registry.ofRun(id).map((device) => device.id));
          this.#enterPhase();
          this.#deviceChanges.wake();
        },
        onSnapshot: () => guard.removeUnneeded(this.#blobs.takeUnneeded((sha256) => this.needsBlob(sha256))),
        onBlocked: (reason) => this.#blockers.setBlocked('snapshot', reason),
        onFault: (error) => this.#setAside(error),
      },
    );
  }

  /** Carries out what the run's phase asks for. To be called once the run counts among those that need blobs. */
  start(): void {
    this.#scoreUntrained();
    this.#enterPhase();
  }

  /** What people call it. */
  get name(): string {
    return this.#name;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Score of the untrained adapter; null while it is not known. */
  get baseline(): Baseline | null {
    return this.#untrained.value;
  }

  /** Whether no round has been planned yet, so that its settings decide nothing so far. */
  get isEditable(): boolean {
    const { state, sequence } = this.progress;
    const isFirst = state.phase === 'planning' && state.round === 1 && state.attempt === 1;
    // A snapshot, which a long log brings about, has settings in it.
    return isFirst && !this.isOver && sequence < LONG_LOG;
  }

  /** What an operator has changed, once it is stored. */
  change({ name = this.#name, paused = this.#paused }: RunChange): void {
    this.#name = name;
    this.#paused = paused;
    this.#deviceChanges.wake();
    this.#context.observer.runChanged(this.id);
  }

  get isOver(): boolean {
    return this.progress.failure !== null || this.progress.state.phase === 'finished';
  }

  /** Why it is over; undefined of a run that goes on. */
  get endReason(): string | undefined {
    const { failure, state } = this.progress;
    if (failure !== null) return failure;
    return state.phase === 'finished' ? describeEnd(state.reason) : undefined;
  }

  /** What went wrong in this program, so that the run cannot go on before the next start; undefined where nothing did. */
  get fault(): string | undefined {
    return this.isOver ? undefined : this.#fault;
  }

  /** What it waits for; empty while it goes on. */
  get waitsFor(): string {
    return this.#blockers.text;
  }

  /** Whether something that is tried again keeps it from going on. */
  get isBlocked(): boolean {
    return this.#blockers.isBlocked;
  }

  /** What the phase under way has for devices. */
  get attempt(): Attempt {
    return this.#attempt;
  }

  /** When the attempt under way closes at the latest. */
  get deadlineAt(): number | null {
    const { state, assignedAt } = this.progress;
    if (state.phase !== 'collecting' || assignedAt === null) return null;
    return assignedAt + 1000 * deadlineSeconds(this.definition.settings, state.plan);
  }

  /**
   * What the device starts from, once the attempt has been handed out; undefined where it closes before. Throws Refusal
   * `shutting-down`.
   */
  async awaitOffer(device: string): Promise<Offer | undefined> {
    const { signal } = this.#phases;
    while (!this.#attempt.isHandedOut && this.progress.state.phase === 'collecting' && !signal.aborted) {
      await this.polls.wait(LONG_MS, signal);
    }
    if (this.#phases.isClosed) {
      throw new Refusal('shutting-down', 'The coordinator is shutting down; try again in a moment.');
    }
    return this.#attempt.findOffer(device);
  }

  /** Hands an event to the log; see `EventQueue`. */
  submit(event: RoundEvent, details: unknown = null): Promise<Outcome> {
    return this.#log.submit(event, details);
  }

  /** A device came, went or changed: a round may be planned now, or an evaluation be complete. */
  consider(device: string): void {
    if (!this.#context.presence.isThere(device)) this.#attempt.giveUpScore(device);
    this.#deviceChanges.wake();
  }

  /** Takes a device out of the attempt under way, if it is in it and owes its update. */
  async dropDevice(deviceId: string, reason: string): Promise<void> {
    const { state } = this.progress;
    if (state.phase !== 'collecting' || findEntry(state.devices, deviceId)?.status !== 'assigned') return;
    const { round, attempt } = state;
    const elapsedSeconds = this.progress.elapsedSeconds(this.#context.now());
    const bytes = { bytesUp: 0, bytesDown: this.#attempt.bytesTo(deviceId) };
    await this.submit({ type: 'device-dropped', deviceId, round, attempt, reason, elapsedSeconds, ...bytes });
  }

  /** Whether a restart, or anything under way, needs a blob. */
  needsBlob(sha256: string): boolean {
    return [this.progress, this.#log, this.#attempt, this.#blobs].some((part) => part.needsBlob(sha256));
  }

  /** The finished rounds, with those of which only the log knows yet. */
  listRounds(): Promise<readonly StoredRound[]> {
    return this.#log.listRounds();
  }

  /** The run's folder with adapter, rounds and summary as they are now. */
  resultsFolder(): Promise<string> {
    const { id, name, isOver } = this;
    const { runsFolder: folder, registry } = this.#context;
    const { globalSha256, rounds } = this.progress;
    const position = { of: `${globalSha256} ${rounds.length} ${name}`, rounds: rounds.length, isOver };
    return this.#results.write({ folder, run: id, name, ...position }, async () => ({
      folder,
      run: id,
      name,
      resources: await this.assets.resources(),
      tensors: await this.assets.tensors(this.progress.globalSha256),
      rounds: await this.listRounds(),
      devices: registry.ofRun(id),
    }));
  }

  /** Ends what is under way, so that the next start goes on with it. */
  async close(): Promise<void> {
    await this.#untrained.stop();
    await this.#phases.close();
    await this.#log.close();
    await this.#test.close();
    this.polls.wake();
  }

  #follow(step: CheckedStep): void {
    const { observer } = this.#context;
    const { event } = step.stored;
    if (event.type === 'update-received') this.#blobs.add([event.reference]);
    const round = step.finished && this.progress.rounds.at(-1);
    if (round !== undefined) observer.roundFinished(round);
    const { devices, entries } = describeStep(step);
    observer.devicesChanged(devices);
    for (const entry of entries) observer.log({ ...entry, run: this.id });
  }

  #scoreUntrained(): void {
    const { store, observer } = this.#context;
    if (this.isOver || evaluatorsOf(this.definition.settings) === 'devices') return;
    this.#untrained.start(
      this.#test,
      () => this.assets.resources(),
      (baseline) => store.runs.change(this.id, { baseline }),
      () => observer.runChanged(this.id),
      (error) => {
        const text = `The untrained adapter could not be scored: ${describeError(error)}`;
        observer.log({ level: 'warning', run: this.id, device: null, text });
      },
    );
  }

  /** Starts what the phase asks for, once for each. */
  #enterPhase(): void {
    const { state, failure } = this.progress;
    const phase = failure === null ? `${state.phase} ${state.round} ${state.attempt}` : 'failed';
    if (!this.#phases.isNew(phase)) return;
    this.#attempt = new Attempt(this.polls);
    this.#blobs.endPhase();
    this.#blockers.enterPhase();
    this.#phases.enter(
      phase,
      (signal) => this.#carryOut(signal),
      (error) => this.#setAside(error),
    );
    if (this.isOver) this.polls.wake();
  }

  async #carryOut(signal: AbortSignal): Promise<void> {
    const work = this.#workFor(signal);
    if (this.isOver) {
      await this.#untrained.stop();
      await this.#test.close();
      // Also as the coordinator stops: one try is made in any case.
      if (this.progress.failure === null) await work.retry(() => this.resultsFolder());
      return;
    }
    signal.throwIfAborted();
    const result = await carryOutPhase(work);
    if (result !== undefined) await work.retry(() => this.submit(result.event, result.details));
  }

  #workFor(signal: AbortSignal): PhaseWork {
    const onBlocked = (reason: string | null) => {
      if (!signal.aborted) this.#blockers.setBlocked('phase', reason);
    };
    const tryAgain = <Result>(action: () => Promise<Result>) => retry(action, { signal, onBlocked });
    return {
      run: this.id,
      settings: this.definition.settings,
      context: this.#context,
      progress: this.progress,
      attempt: this.#attempt,
      memory: this.#memory,
      test: this.#test,
      deviceChanges: this.#deviceChanges,
      signal,
      isPaused: () => this.#paused,
      resources: () => tryAgain(() => this.assets.resources()),
      tensors: () => tryAgain(() => this.assets.tensors(this.progress.globalSha256)),
      write: (content) => tryAgain(() => this.#blobs.write(content)),
      retry: tryAgain,
      waitFor: (what) => this.#blockers.setWaitsFor(what),
    };
  }

  /** Until the next start, as what comes of a mistake in this program comes out the same now. What is stored stays as it is. */
  #setAside(error: unknown): void {
    const { observer } = this.#context;
    this.#fault = describeError(error);
    const text = `The run is set aside: ${this.#fault}`;
    observer.log({ level: 'error', run: this.id, device: null, text });
    observer.runChanged(this.id);
    this.polls.wake();
  }
}
