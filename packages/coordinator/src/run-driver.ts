import { estimatorNamed, findEntry, type RoundEvent } from '@legend-fl/method';
import type { RunChange } from '@legend-fl/protocol';
import { aggregateUpdates } from './aggregate-updates.ts';
import { collectUpdates } from './collect-updates.ts';
import type { Environment } from './environment.ts';
import { type Evaluating, type Evaluation, evaluateRound } from './evaluate-round.ts';
import { EventQueue, type Outcome } from './event-queue.ts';
import type { HandOut, Offer } from './hand-out.ts';
import { HeldOutTest } from './held-out-test.ts';
import { Hindrances } from './hindrances.ts';
import { persist } from './hold.ts';
import type { PhaseWork } from './phase-work.ts';
import { type Gathering, planNextRound } from './plan-next-round.ts';
import { Refusal } from './refusal.ts';
import { RunBlobs } from './run-blobs.ts';
import { type CheckedStep, type DueSnapshot, LONG_LOG, type RunProgress } from './run-progress.ts';
import { openResources, type RunDefinition, type RunResources } from './run-resources.ts';
import { deadlineSeconds, evaluatorsOf } from './run-settings.ts';
import { decodeRunTensors, type RunTensors } from './run-tensors.ts';
import { scoreBaseline } from './score-baseline.ts';
import { SnapshotSaver } from './snapshot-saver.ts';
import type { Baseline, StoredRound, StoredRun } from './store/store.ts';
import { describeEnd, describeStep } from './tell-step.ts';
import { LONG_MS, WaitingPolls } from './waiting-polls.ts';
import { areWritten, writeResults } from './write-results.ts';

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
  readonly environment: Environment;
}

/**
 * Drives one run as the round reducer asks: plans rounds with the devices that are there, hands out assignments, adds
 * up updates, has the result evaluated. What its phase asks for is started on entering the phase, and again where a
 * restart finds it unfinished; everything that counts is in the log of events before anybody sees it.
 */
export class RunDriver {
  readonly id: string;
  readonly createdAt: number;
  readonly definition: RunDefinition;
  readonly progress: RunProgress;
  /** Woken when there may be an assignment for somebody. */
  readonly polls = new WaitingPolls();
  readonly #environment: Environment;
  readonly #queue: EventQueue<CheckedStep>;
  readonly #saver: SnapshotSaver;
  readonly #blobs: RunBlobs;
  readonly #test = new HeldOutTest();
  readonly #gathering: Gathering;
  readonly #evaluating: Evaluating;
  /** Refused updates of devices since this process started, and why the last one was. */
  readonly #refusals = new Map<string, { readonly count: number; readonly reason: string }>();
  #resources: Promise<RunResources> | undefined;
  #tensors: { readonly sha256: string; readonly tensors: RunTensors } | undefined;
  #previousGlobal: string | null = null;
  /** Of the attempt under way; undefined until it is made. */
  #handOut: HandOut | undefined;
  #evaluation: Evaluation | undefined;
  /** The tensors that a new run begins with, until they are written. */
  #first: Uint8Array | undefined;
  readonly #hindrances: Hindrances;
  /** What is being carried out: phase, round and attempt. */
  #phase = '';
  #controller = new AbortController();
  #activity: Promise<void> = Promise.resolve();
  #closed = false;
  #name: string;
  #paused: boolean;
  #baseline: Baseline | null;
  /** Ends the scoring of the untrained adapter. */
  readonly #baselineController = new AbortController();
  #baselineScored: Promise<void> = Promise.resolve();
  /** The results that were written last, and where the run stood. */
  #results: { readonly of: string; readonly folder: Promise<string> } | undefined;

  constructor({ stored, definition, progress, resources, first, due, environment }: OpenedRun) {
    const { id, createdAt } = stored;
    this.id = id;
    this.createdAt = createdAt;
    this.#name = stored.name ?? definition.settings.name;
    this.#paused = stored.paused;
    this.#baseline = stored.baseline;
    this.definition = definition;
    this.progress = progress;
    this.#environment = environment;
    this.#resources = resources && Promise.resolve(resources);
    this.#first = first;
    const { store, now, blobs, guard } = environment;
    this.#hindrances = new Hindrances({
      onTrouble: (text) => environment.log({ level: 'error', run: id, device: null, text }),
      onChange: () => environment.onRun(id),
    });
    this.#blobs = new RunBlobs(blobs, guard);
    this.#blobs.add([progress.globalSha256, ...progress.references]);
    this.#gathering = {
      changes: new WaitingPolls(),
      enoughSince: undefined,
      isPaused: () => this.#paused,
      say: (waitsFor) => this.#hindrances.setWaitsFor(waitsFor),
    };
    this.#evaluating = {
      test: this.#test,
      blindGuess: { accuracy: 0, loss: Math.log(definition.classes.length) },
      silent: new Set(),
      onAsked: (evaluation) => {
        this.#evaluation = evaluation;
        environment.onDevices(progress.plannedDevices.keys());
        this.polls.wake();
      },
    };
    this.#queue = new EventQueue({
      estimator: estimatorNamed(definition.settings.estimator),
      now,
      position: () => progress,
      append: (events) => store.runs.appendEvents(id, events),
      loadAfter: async (sequence) =>
        (await store.runs.loadProgress(id)).events.filter((event) => event.sequence > sequence),
      check: (step) => progress.check(step),
      commit: (steps) => this.#commit(steps),
    });
    this.#saver = new SnapshotSaver({
      save: ({ snapshot, finished }) => store.runs.saveSnapshot(id, snapshot, finished),
      onSaved: () => environment.removeUnneeded(this.#blobs.takeUnneeded((sha256) => this.needsBlob(sha256))),
      onHold: (reason) => this.#hindrances.setTrouble('snapshot', reason),
    });
    this.#saver.add(due);
  }

  /** Carries out what the run's phase asks for. To be called once the run counts among those that need blobs. */
  start(): void {
    this.#baselineScored = this.#scoreBaseline();
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
    return this.#baseline;
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
    if (name !== this.#name) this.#results = undefined;
    this.#name = name;
    this.#paused = paused;
    this.#gathering.changes.wake();
    this.#environment.onRun(this.id);
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

  /** What it waits for, or why it is over; empty while it goes on. */
  get about(): string {
    return this.endReason ?? this.#hindrances.text;
  }

  /** Whether something that is tried again keeps it from going on. */
  get isHeld(): boolean {
    return this.#hindrances.isTrouble;
  }

  /** When the attempt under way closes at the latest. */
  get deadlineAt(): number | null {
    const { state, assignedAt } = this.progress;
    if (state.phase !== 'collecting' || assignedAt === null) return null;
    return assignedAt + 1000 * deadlineSeconds(this.definition.settings, state.plan);
  }

  /** What the device starts from in the attempt under way. */
  findOffer(device: string): Offer | undefined {
    return this.#handOut?.find(device);
  }

  /** The same, once the attempt has been handed out; undefined where it closes before. Throws Refusal `shutting-down`. */
  async awaitOffer(device: string): Promise<Offer | undefined> {
    const { signal } = this.#controller;
    while (this.#handOut === undefined && this.progress.state.phase === 'collecting' && !signal.aborted) {
      await this.polls.wait(LONG_MS, signal);
    }
    if (this.#closed) {
      throw new Refusal('shutting-down', 'The coordinator is shutting down; try again in a moment.');
    }
    return this.findOffer(device);
  }

  /** The device has been given what it starts from. */
  noteFetched(device: string): void {
    this.#handOut?.noteFetched(device);
  }

  /** What the device is asked to score. */
  findEvaluation(device: string): Evaluation | undefined {
    return this.#evaluation?.scores.asks(device) ? this.#evaluation : undefined;
  }

  resources(): Promise<RunResources> {
    this.#resources ??= openResources(
      this.definition.settings,
      this.#environment.sources,
      this.definition,
    ).catch((error: unknown) => {
      // Another try may find what is missing now.
      this.#resources = undefined;
      throw error;
    });
    return this.#resources;
  }

  /** The tensors that the run has come to. */
  async tensors(): Promise<RunTensors> {
    const { globalSha256: sha256 } = this.progress;
    if (this.#tensors?.sha256 === sha256) return this.#tensors.tensors;
    if (this.#first !== undefined) await this.#blobs.write(this.#first);
    this.#first = undefined;
    const tensors = decodeRunTensors(await this.#blobs.read(sha256), `global state of run ${this.id}`);
    this.#tensors = { sha256, tensors };
    return tensors;
  }

  /** Hands an event to the reducer; see `EventQueue`. */
  submit(event: RoundEvent, details: unknown = null): Promise<Outcome> {
    return this.#queue.submit(event, details);
  }

  /** A device came, went or changed: a round may be planned now, or an evaluation be complete. */
  consider(device: string): void {
    if (!this.#environment.presence.isThere(device)) this.#evaluation?.scores.add(device, null);
    this.#gathering.changes.wake();
  }

  /** Takes a device out of the attempt under way, if it is in it and owes its update. */
  async dropDevice(deviceId: string, reason: string): Promise<void> {
    const { state } = this.progress;
    if (state.phase !== 'collecting' || findEntry(state.devices, deviceId)?.status !== 'assigned') return;
    const { round, attempt } = state;
    const elapsedSeconds = this.progress.elapsedSeconds(this.#environment.now());
    const bytes = { bytesUp: 0, bytesDown: this.#handOut?.bytesTo(deviceId) ?? 0 };
    await this.submit({ type: 'device-dropped', deviceId, round, attempt, reason, elapsedSeconds, ...bytes });
  }

  noteRefusal(device: string, reason: string): void {
    const { count } = this.findRefusal(device);
    this.#refusals.set(device, { count: count + 1, reason });
    this.#environment.onDevices([device]);
  }

  findRefusal(device: string): { readonly count: number; readonly reason: string } {
    return this.#refusals.get(device) ?? { count: 0, reason: '' };
  }

  /** Whether a restart, or anything under way, needs a blob. */
  needsBlob(sha256: string): boolean {
    const { state, globalSha256, startSha256, references } = this.progress;
    if (sha256 === globalSha256 || sha256 === startSha256 || sha256 === this.#previousGlobal) return true;
    if (sha256 === this.#evaluation?.adapter.sha256 || this.#handOut?.has(sha256)) return true;
    if (this.#blobs.isIntended(sha256)) return true;
    if ('devices' in state && references.has(sha256)) return true;
    return this.#saver.due.some(({ snapshot }) => snapshot.globalSha256 === sha256);
  }

  /** The finished rounds, with those of which only the log knows yet. */
  async listRounds(): Promise<readonly StoredRound[]> {
    const due = this.#saver.due.flatMap(({ finished }) => finished ?? []);
    const stored = await this.#environment.store.runs.listRounds(this.id);
    const newer = due.filter(({ round }) => round > (stored.at(-1)?.round ?? 0));
    return [...stored, ...newer];
  }

  /** The run's folder with adapter, rounds and summary as they are now. */
  async resultsFolder(): Promise<string> {
    const { runsFolder, devicesOf } = this.#environment;
    const { globalSha256, rounds } = this.progress;
    const of = `${globalSha256} ${rounds.length}`;
    if (this.#results?.of === of) return this.#results.folder;
    const write = async () => {
      const { name, id: run } = this;
      const written = this.isOver && (await areWritten(runsFolder, { run, name, rounds: rounds.length }));
      if (written !== false) return written;
      return writeResults({
        folder: runsFolder,
        run,
        name,
        resources: await this.resources(),
        tensors: await this.tensors(),
        rounds: await this.listRounds(),
        devices: devicesOf(this.id).length,
      });
    };
    const folder = write().catch((error: unknown) => {
      this.#results = undefined;
      throw error;
    });
    this.#results = { of, folder };
    return folder;
  }

  /** Ends what is under way, so that the next start goes on with it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#controller.abort(new Error('The coordinator stops.'));
    this.#baselineController.abort();
    await this.#baselineScored;
    await this.#activity;
    await this.#queue.settled();
    await this.#saver.stop();
    await this.#test.close();
    this.polls.wake();
  }

  #commit(steps: readonly CheckedStep[]): void {
    const { onRun, onDevices, onRound, log } = this.#environment;
    for (const step of steps) {
      const { globalSha256 } = this.progress;
      const rounds = this.progress.rounds.length;
      this.#saver.add(this.progress.note(step));
      if (step.stored.event.type === 'update-received') this.#blobs.add([step.stored.event.reference]);
      if (this.progress.globalSha256 !== globalSha256) this.#previousGlobal = globalSha256;
      for (const round of this.progress.rounds.slice(rounds)) onRound(round);
      const { devices, entries } = describeStep(step);
      onDevices(devices);
      for (const entry of entries) log({ ...entry, run: this.id });
    }
    onRun(this.id);
    if (this.isOver) onDevices(this.#environment.devicesOf(this.id).map(({ id }) => id));
    this.#enterPhase();
    this.#gathering.changes.wake();
  }

  /** Starts what the phase asks for, once for each. */
  #enterPhase(): void {
    const { state, failure } = this.progress;
    const phase = failure === null ? `${state.phase} ${state.round} ${state.attempt}` : 'failed';
    if (phase === this.#phase || this.#closed) return;
    this.#phase = phase;
    this.#controller.abort(new Error('The phase is over.'));
    this.#controller = new AbortController();
    this.#handOut = undefined;
    this.#evaluation = undefined;
    this.#blobs.endPhase();
    this.#hindrances.enterPhase();
    const { signal } = this.#controller;
    this.#activity = this.#activity
      .then(() => this.#carryOut(signal))
      .catch((error: unknown) => {
        if (!signal.aborted) this.#fail(error);
      });
    if (this.isOver) this.polls.wake();
  }

  async #carryOut(signal: AbortSignal): Promise<void> {
    const { progress } = this;
    const work = this.#workFor(signal);
    if (progress.failure !== null) {
      this.#baselineController.abort();
      return this.#test.close();
    }
    // Results are written even as the coordinator stops.
    if (progress.state.phase === 'finished') return this.#conclude(work);
    signal.throwIfAborted();
    switch (progress.state.phase) {
      case 'planning':
        return planNextRound(work, this.#gathering);
      case 'collecting':
        return collectUpdates(work, (handOut) => {
          this.#handOut = handOut;
          this.polls.wake();
        });
      case 'aggregating':
        return aggregateUpdates(work);
      case 'evaluating':
        return evaluateRound(work, this.#evaluating);
    }
  }

  async #scoreBaseline(): Promise<void> {
    const { settings } = this.definition;
    if (this.isOver || this.#baseline !== null || evaluatorsOf(settings) === 'devices') return;
    const { store, log, onRun } = this.#environment;
    const { signal } = this.#baselineController;
    try {
      const baseline = await scoreBaseline(this.#test, () => this.resources(), signal);
      if (baseline === undefined) return;
      await store.runs.change(this.id, { baseline });
      this.#baseline = baseline;
      onRun(this.id);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const text = `The untrained adapter could not be scored: ${reason}`;
      log({ level: 'warning', run: this.id, device: null, text });
    }
  }

  async #conclude(work: PhaseWork): Promise<void> {
    this.#baselineController.abort();
    await this.#test.close();
    await work.persist(() => this.resultsFolder());
  }

  #workFor(signal: AbortSignal): PhaseWork {
    const onHold = (reason: string | null) => {
      if (!signal.aborted) this.#hindrances.setTrouble('phase', reason);
    };
    const doPersist = <Result>(action: () => Promise<Result>) => persist(action, { signal, onHold });
    return {
      run: this.id,
      settings: this.definition.settings,
      environment: this.#environment,
      progress: this.progress,
      signal,
      resources: () => doPersist(() => this.resources()),
      tensors: () => doPersist(() => this.tensors()),
      write: (content) => doPersist(() => this.#blobs.write(content)),
      report: async (event, details = null) => {
        await doPersist(() => this.submit(event, details));
      },
      persist: doPersist,
    };
  }

  /** For good: what may pass is tried again instead. */
  #fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.progress.failure = reason;
    this.#environment.log({
      level: 'error',
      run: this.id,
      device: null,
      text: `The run has failed: ${reason}`,
    });
    this.#saver.add([{ snapshot: this.progress.snapshot() }]);
    this.#environment.onRun(this.id);
    this.#enterPhase();
  }
}
