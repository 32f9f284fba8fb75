import { estimatorNamed, findEntry, listUpdates, type RoundEvent, startRounds } from '@legend/method';
import { checkScore, encodeWholeStart, wholeAdapter } from '@legend/rounds';
import type { TrainerPool } from '@legend/trainer/node';
import type { StoredRound, StoredRun } from '../store/store.ts';
import { DeviceScores } from './device-scores.ts';
import type { Environment } from './environment.ts';
import type { EvaluatedDetails } from './event-details.ts';
import { EventQueue, type Outcome, type StoredStep } from './event-queue.ts';
import { listReady, neededDevices, planFor } from './gather-devices.ts';
import { type Offer, offerStarts } from './hand-out.ts';
import { pauseFor, persist } from './hold.ts';
import { openTestPool } from './open-test-pool.ts';
import { RunProgress } from './run-progress.ts';
import { openResources, parseDefinition, type RunDefinition, type RunResources } from './run-resources.ts';
import { deadlineMs, evaluatorsOf, roundSettingsOf } from './run-settings.ts';
import { decodeRunTensors, encodeRunTensors, type RunTensors } from './run-tensors.ts';
import { SnapshotSaver } from './snapshot-saver.ts';
import { sumInWorker } from './sum-in-worker.ts';
import { WaitingPolls } from './waiting-polls.ts';
import { areWritten, writeResults } from './write-results.ts';

/** The global adapter that devices are asked to score. */
interface Evaluation {
  readonly adapter: { readonly sha256: string; readonly bytes: number };
  readonly scores: DeviceScores;
  readonly closesAt: number;
}

/** As good as forever, within what a timer can wait. */
const LONG_MS = 2 ** 31 - 1;

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
  readonly #queue: EventQueue;
  readonly #saver: SnapshotSaver;
  /** Woken when devices come, go or change. */
  readonly #changes = new WaitingPolls();
  #resources: Promise<RunResources> | undefined;
  #tensors: { readonly sha256: string; readonly tensors: RunTensors } | undefined;
  #previousGlobal: string | null = null;
  #offers: ReadonlyMap<string, Offer> = new Map();
  /** Their messages. */
  #offered: ReadonlySet<string> = new Set();
  /** Devices that have fetched what they start from. */
  #fetched = new Set<string>();
  #evaluation: Evaluation | undefined;
  #pool: TrainerPool | undefined;
  /** Since when enough devices are there. */
  #enoughSince: number | undefined;
  #waitsFor = '';
  #hold: string | null = null;
  #phase = '';
  #controller = new AbortController();
  #activity: Promise<void> = Promise.resolve();
  #closed = false;
  /** Blobs that this run has needed, to be deleted when it does not any more. */
  readonly #known = new Set<string>();

  private constructor(
    { id, createdAt }: StoredRun,
    definition: RunDefinition,
    progress: RunProgress,
    resources: RunResources | undefined,
    environment: Environment,
  ) {
    this.id = id;
    this.createdAt = createdAt;
    this.definition = definition;
    this.progress = progress;
    this.#environment = environment;
    this.#resources = resources && Promise.resolve(resources);
    const { store, now } = environment;
    const onHold = (reason: string | null) => this.#setHold(reason);
    this.#queue = new EventQueue({
      estimator: estimatorNamed(definition.settings.estimator),
      now,
      position: () => progress,
      append: (events) => store.runs.appendEvents(id, events),
      loadAfter: async (sequence) =>
        (await store.runs.loadProgress(id)).events.filter((event) => event.sequence > sequence),
      commit: (steps) => this.#commit(steps),
    });
    this.#saver = new SnapshotSaver({
      save: ({ snapshot, finished }) => store.runs.saveSnapshot(id, snapshot, finished),
      onSaved: () => void this.#deleteUnneeded(),
      onHold,
    });
  }

  /**
   * A run as it is stored, ready to go on.
   * @param resources of a run that was just made
   * @throws InputError where its model or data cannot be opened any more
   */
  static async open(
    stored: StoredRun,
    environment: Environment,
    resources?: RunResources,
  ): Promise<RunDriver> {
    const { id } = stored;
    const { store, blobs, sources } = environment;
    const definition = parseDefinition(stored.settings, `run ${id}`);
    const { settings } = definition;
    const [loaded, rounds] = await Promise.all([store.runs.loadProgress(id), store.runs.listRounds(id)]);
    const over = loaded.snapshot?.state.phase === 'finished' || stored.failure !== null;
    const opened = over ? undefined : (resources ?? (await openResources(settings, sources, definition)));
    const begins = loaded.snapshot === null && opened !== undefined;
    const first = begins ? await blobs.put(encodeRunTensors(opened.initial)) : '';
    const progress = new RunProgress(loaded.snapshot, rounds, {
      run: id,
      blocks: definition.model.blocks,
      estimator: estimatorNamed(settings.estimator),
      kindOf: (device) => environment.findDevice(device)?.runtime.kind ?? 'device',
      initial: { state: startRounds(roundSettingsOf(settings)).state, globalSha256: first },
      unscored: { accuracy: 0, loss: Math.log(definition.classes.length) },
    });
    const driver = new RunDriver(stored, definition, progress, opened, environment);
    driver.#saver.add(progress.resume(loaded.events));
    for (const sha256 of [progress.globalSha256, ...progress.references]) driver.#known.add(sha256);
    return driver;
  }

  /** Carries out what the run's phase asks for. */
  start(): void {
    this.#enterPhase();
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

  /** What it waits for. */
  get about(): string {
    return this.endReason ?? this.#hold ?? (this.progress.state.phase === 'planning' ? this.#waitsFor : '');
  }

  get isHeld(): boolean {
    return this.#hold !== null;
  }

  /** When the attempt under way closes at the latest. */
  get deadlineAt(): number | null {
    const { state, assignedAt } = this.progress;
    if (state.phase !== 'collecting' || assignedAt === null) return null;
    return assignedAt + deadlineMs(this.definition.settings, state.plan.roundSeconds);
  }

  /** What the device starts from in the attempt under way. */
  findOffer(device: string): Offer | undefined {
    return this.#offers.get(device);
  }

  /** The same, once the attempt has been handed out; undefined where it closes before. */
  async awaitOffer(device: string): Promise<Offer | undefined> {
    const { signal } = this.#controller;
    while (this.progress.state.phase === 'collecting' && this.#offers.size === 0 && !signal.aborted) {
      await this.polls.wait(LONG_MS, signal);
    }
    return this.#offers.get(device);
  }

  /** What the device is asked to score. */
  findEvaluation(device: string): Evaluation | undefined {
    return this.#evaluation?.scores.asks(device) ? this.#evaluation : undefined;
  }

  resources(): Promise<RunResources> {
    this.#resources ??= openResources(this.definition.settings, this.#environment.sources, this.definition);
    // Another try may find what is missing now.
    this.#resources.catch(() => {
      this.#resources = undefined;
    });
    return this.#resources;
  }

  /** The tensors that the run has come to. */
  async tensors(): Promise<RunTensors> {
    const { globalSha256: sha256 } = this.progress;
    if (this.#tensors?.sha256 === sha256) return this.#tensors.tensors;
    const tensors = decodeRunTensors(
      await this.#environment.blobs.read(sha256),
      `global state of run ${this.id}`,
    );
    this.#tensors = { sha256, tensors };
    return tensors;
  }

  /** Hands an event to the reducer; see `EventQueue`. */
  submit(event: RoundEvent, details: unknown = null): Promise<Outcome> {
    return this.#queue.submit(event, details);
  }

  /** Devices came, went, or changed: a round may be planned now, or an evaluation be complete. */
  consider(device?: string): void {
    if (device !== undefined && !this.#environment.presence.isThere(device)) {
      this.#evaluation?.scores.add(device, null);
    }
    this.#changes.wake();
  }

  /** Takes a device out of the attempt under way, if it is in it and owes its update. */
  async dropDevice(deviceId: string, reason: string): Promise<void> {
    const { state } = this.progress;
    if (state.phase !== 'collecting' || findEntry(state.devices, deviceId)?.status !== 'assigned') return;
    const { round, attempt } = state;
    const elapsedSeconds = this.progress.elapsedSeconds(this.#environment.now());
    const bytesDown = this.#fetched.has(deviceId) ? (this.#offers.get(deviceId)?.bytes ?? 0) : 0;
    const bytes = { bytesUp: 0, bytesDown };
    await this.submit({ type: 'device-dropped', deviceId, round, attempt, reason, elapsedSeconds, ...bytes });
  }

  /** Whether a restart, or anything under way, needs a blob. */
  needsBlob(sha256: string): boolean {
    const { state, globalSha256, references } = this.progress;
    if (sha256 === globalSha256 || sha256 === this.#previousGlobal) return true;
    if (sha256 === this.#evaluation?.adapter.sha256 || this.#offered.has(sha256)) return true;
    if ('devices' in state && references.has(sha256)) return true;
    return this.#saver.due.some(({ snapshot }) => snapshot.globalSha256 === sha256);
  }

  /** What the device has been given for the attempt under way. */
  noteFetched(device: string): void {
    this.#fetched.add(device);
  }

  /** Ends what is under way, so that the next start goes on with it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#controller.abort(new Error('The coordinator stops.'));
    await this.#activity;
    await this.#queue.settled();
    await this.#saver.stop();
    await this.#pool?.close();
    this.polls.wake();
  }

  #commit(steps: readonly StoredStep[]): void {
    for (const step of steps) {
      const { globalSha256 } = this.progress;
      this.#saver.add(this.progress.note(step));
      if (this.progress.globalSha256 !== globalSha256) this.#previousGlobal = globalSha256;
      this.#tell(step);
    }
    this.#environment.onRun(this.id);
    this.#enterPhase();
    this.#changes.wake();
  }

  /** For people. */
  #tell({ stored: { event }, before, after }: StoredStep): void {
    const { onDevices, onRound, log } = this.#environment;
    const say = (text: string, level: 'info' | 'warning' = 'info', device: string | null = null) =>
      log({ level, run: this.id, device, text });
    switch (event.type) {
      case 'planned':
        onDevices(event.plan.devices.map(({ id }) => id));
        say(`Round ${before.round} is planned for ${event.plan.devices.length} devices.`);
        break;
      case 'update-received':
        this.#known.add(event.reference);
        onDevices([event.deviceId]);
        break;
      case 'device-dropped':
        onDevices([event.deviceId]);
        say(`Dropped from round ${event.round}: ${event.reason}.`, 'warning', event.deviceId);
        break;
      case 'deadline-passed':
        say(`Round ${event.round} closed at its deadline.`, 'warning');
        break;
      case 'evaluated':
        for (const round of this.progress.rounds.slice(-1)) onRound(round);
        say(`Round ${event.round}: accuracy ${event.accuracy.toFixed(4)}, loss ${event.loss.toFixed(4)}.`);
        break;
      case 'capacity-reported':
      case 'aggregated':
      case 'stopped':
        break;
    }
    if ('plan' in before && after.phase !== before.phase) {
      if (after.phase !== 'aggregating') onDevices(before.plan.devices.map(({ id }) => id));
    }
    if (after.attempt > before.attempt) {
      say(`Round ${after.round} had too few updates and is tried again.`, 'warning');
    }
    if (after.phase === 'finished') say(describeEnd(after.reason));
  }

  /** Starts what the phase asks for, once for each. */
  #enterPhase(): void {
    const { state, failure } = this.progress;
    const phase = failure === null ? `${state.phase} ${state.round} ${state.attempt}` : 'failed';
    if (phase === this.#phase || this.#closed) return;
    this.#phase = phase;
    this.#controller.abort(new Error('The phase is over.'));
    this.#controller = new AbortController();
    this.#offers = new Map();
    this.#offered = new Set();
    this.#fetched = new Set();
    this.#evaluation = undefined;
    const { signal } = this.#controller;
    const before = this.#activity;
    this.#activity = before
      .then(() => this.#carryOut(signal))
      .catch((error: unknown) => {
        if (!signal.aborted) this.#fail(error);
      });
    if (this.isOver) this.polls.wake();
  }

  async #carryOut(signal: AbortSignal): Promise<void> {
    // Results are written once even as the coordinator stops.
    if (this.progress.state.phase !== 'finished') signal.throwIfAborted();
    switch (this.progress.failure === null ? this.progress.state.phase : 'failed') {
      case 'planning':
        return this.#plan(signal);
      case 'collecting':
        return this.#collect(signal);
      case 'aggregating':
        return this.#aggregate(signal);
      case 'evaluating':
        return this.#evaluate(signal);
      case 'finished':
        return this.#conclude(signal);
      case 'failed':
        return;
    }
  }

  async #plan(signal: AbortSignal): Promise<void> {
    const resources = await this.#persist(() => this.resources(), signal);
    const tensors = await this.#persist(() => this.tensors(), signal);
    for (let lastTry = ''; ; ) {
      signal.throwIfAborted();
      const { state } = this.progress;
      const { presence, devicesOf } = this.#environment;
      const ready = listReady(devicesOf(this.id), presence, state);
      const restMs = this.#gatherMs(ready.length);
      if (restMs > 0) {
        await this.#changes.wait(restMs, signal);
        continue;
      }
      const thisTry = JSON.stringify(ready);
      if (thisTry === lastTry) {
        await this.#changes.wait(LONG_MS, signal);
        continue;
      }
      lastTry = thisTry;
      let plan: ReturnType<typeof planFor>;
      try {
        plan = planFor(ready, resources, state, tensors);
      } catch (error) {
        this.#setWaitsFor(
          `finds no plan for the ${ready.length} devices that are there. ${messageOf(error)}`,
        );
        continue;
      }
      this.#setWaitsFor('');
      await this.#report({ type: 'planned', plan }, null, signal);
      return;
    }
  }

  /** Milliseconds to wait for devices, zero when a round can be planned. */
  #gatherMs(ready: number): number {
    const { settings } = this.definition;
    const needed = neededDevices(settings);
    if (ready < needed) {
      this.#enoughSince = undefined;
      this.#setWaitsFor(`waits for devices: ${ready} of at least ${needed} are ready`);
      return LONG_MS;
    }
    const now = this.#environment.now();
    this.#enoughSince ??= now;
    const restMs = this.#enoughSince + 1000 * settings.gatherSeconds - now;
    if (restMs > 0) this.#setWaitsFor('waits a moment for further devices');
    return Math.max(0, Math.min(restMs, LONG_MS));
  }

  async #collect(signal: AbortSignal): Promise<void> {
    const { state } = this.progress;
    if (state.phase !== 'collecting') return;
    const { round, attempt, plan } = state;
    const { blobs, now } = this.#environment;
    const { strategy, definition } = await this.#persist(() => this.resources(), signal);
    const tensors = await this.#persist(() => this.tensors(), signal);
    const { codec } = definition.settings;
    const offers = await this.#persist(
      () => offerStarts(strategy, plan, tensors, codec, (message) => blobs.put(message)),
      signal,
    );
    signal.throwIfAborted();
    this.#offers = offers;
    this.#offered = new Set([...offers.values()].map(({ sha256 }) => sha256));
    for (const sha256 of this.#offered) this.#known.add(sha256);
    this.polls.wake();
    for (;;) {
      const restMs = (this.deadlineAt ?? 0) - now();
      if (restMs <= 0) break;
      await pauseFor(Math.min(restMs, LONG_MS), signal);
      signal.throwIfAborted();
    }
    const elapsedSeconds = this.progress.elapsedSeconds(now());
    await this.#report({ type: 'deadline-passed', round, attempt, elapsedSeconds }, null, signal);
  }

  async #aggregate(signal: AbortSignal): Promise<void> {
    const { state, works, globalSha256 } = this.progress;
    if (state.phase !== 'aggregating') return;
    const { blobs, blobsFolder, log } = this.#environment;
    const { strategyOptions } = await this.#persist(() => this.resources(), signal);
    const { strategy, trunk } = this.definition.settings;
    const task = {
      strategy: { name: strategy, options: strategyOptions },
      trunk,
      plan: state.plan,
      blobsFolder,
      globalSha256,
      updates: listUpdates(state).map(({ id, reference, examples }) => ({
        deviceId: id,
        sha256: reference,
        examples,
        loss: works.get(id)?.details.loss ?? 0,
      })),
    };
    const { bytes, leftOut } = await this.#persist(() => sumInWorker(task, signal), signal);
    for (const { deviceId, reason } of leftOut) {
      log({
        level: 'error',
        run: this.id,
        device: deviceId,
        text: `Left out of round ${state.round}: ${reason}`,
      });
    }
    const sha256 = await this.#persist(() => blobs.put(bytes), signal);
    this.#known.add(sha256);
    this.#tensors = { sha256, tensors: decodeRunTensors(bytes, `global state of run ${this.id}`) };
    await this.#report({ type: 'aggregated', round: state.round }, { globalSha256: sha256 }, signal);
  }

  async #evaluate(signal: AbortSignal): Promise<void> {
    const { state } = this.progress;
    if (state.phase !== 'evaluating') return;
    const evaluators = evaluatorsOf(this.definition.settings);
    const tensors = await this.#persist(() => this.tensors(), signal);
    const asked = evaluators === 'coordinator' ? null : await this.#askDevices(tensors, signal);
    const coordinator = evaluators === 'devices' ? null : await this.#scoreHere(tensors, signal);
    if (asked !== null) {
      const rest = asked.closesAt - this.#environment.now();
      await Promise.race([asked.scores.completed, pauseFor(rest, signal)]);
      signal.throwIfAborted();
    }
    const details: EvaluatedDetails = { coordinator, devices: asked?.scores.summarize() ?? null };
    const { accuracy, loss } = coordinator ?? details.devices ?? this.#lastFigures();
    await this.#report({ type: 'evaluated', round: state.round, accuracy, loss }, details, signal);
  }

  /** What a round that nobody scores goes by: the figures of the last one; before any, those of a blind guess. */
  #lastFigures(): { readonly accuracy: number; readonly loss: number } {
    return (
      this.progress.state.lastEvaluation ?? { accuracy: 0, loss: Math.log(this.definition.classes.length) }
    );
  }

  async #askDevices(tensors: RunTensors, signal: AbortSignal): Promise<Evaluation> {
    const { state } = this.progress;
    const { presence, blobs, now, findDevice, onDevices } = this.#environment;
    const plan = 'plan' in state ? state.plan : undefined;
    const message = encodeWholeStart({ adapter: wholeAdapter(tensors.global), merged: undefined }, 'f32');
    const sha256 = await this.#persist(() => blobs.put(message), signal);
    signal.throwIfAborted();
    this.#known.add(sha256);
    const devices = (plan?.devices ?? []).map(({ id }) => id);
    // After a restart nobody has been seen yet: who may come back is asked too.
    const asked = devices.filter(
      (id) => !findDevice(id)?.revoked && (presence.isThere(id) || presence.find(id) === undefined),
    );
    const closesAt = now() + deadlineMs(this.definition.settings, plan?.roundSeconds ?? 0);
    this.#evaluation = {
      adapter: { sha256, bytes: message.byteLength },
      scores: new DeviceScores(asked),
      closesAt,
    };
    onDevices(asked);
    this.polls.wake();
    return this.#evaluation;
  }

  async #scoreHere({ global }: RunTensors, signal: AbortSignal): Promise<EvaluatedDetails['coordinator']> {
    const score = await this.#persist(async () => {
      const resources = await this.resources();
      if (resources.test === null) throw new Error('there are no held-out examples to evaluate with');
      this.#pool ??= openTestPool(resources);
      return this.#pool.evaluate(resources.test, wholeAdapter(global));
    }, signal);
    checkScore(score);
    return score;
  }

  async #conclude(signal: AbortSignal): Promise<void> {
    const { runsFolder } = this.#environment;
    if (!(await areWritten(runsFolder, this.id, this.progress.rounds.length))) {
      await this.#persist(() => this.writeResults(), signal);
    }
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }

  /** The finished rounds, with those of which only the log knows yet. */
  async listRounds(): Promise<readonly StoredRound[]> {
    const due = this.#saver.due.flatMap(({ finished }) => finished ?? []);
    const stored = await this.#environment.store.runs.listRounds(this.id);
    const newer = due.filter(({ round }) => round > (stored.at(-1)?.round ?? 0));
    return [...stored, ...newer];
  }

  /** Writes adapter, rounds and summary, as they are now, into the run's folder. @returns the folder */
  async writeResults(): Promise<string> {
    const { runsFolder, devicesOf } = this.#environment;
    return writeResults({
      folder: runsFolder,
      run: this.id,
      resources: await this.resources(),
      tensors: await this.tensors(),
      rounds: await this.listRounds(),
      devices: devicesOf(this.id).length,
    });
  }

  /** Hands in an event of the driver's own, until it is stored. */
  async #report(event: RoundEvent, details: unknown, signal: AbortSignal): Promise<void> {
    await this.#persist(() => this.submit(event, details), signal);
  }

  #persist<Result>(action: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    return persist(action, { signal, onHold: (reason) => this.#setHold(reason) });
  }

  #setHold(reason: string | null): void {
    if (reason !== null && reason !== this.#hold) {
      this.#environment.log({ level: 'error', run: this.id, device: null, text: reason });
    }
    this.#hold = reason;
    this.#environment.onRun(this.id);
  }

  #setWaitsFor(text: string): void {
    if (text === this.#waitsFor) return;
    this.#waitsFor = text;
    this.#environment.onRun(this.id);
  }

  #fail(error: unknown): void {
    this.progress.failure = messageOf(error);
    this.#environment.log({
      level: 'error',
      run: this.id,
      device: null,
      text: `The run has failed: ${messageOf(error)}`,
    });
    this.#saver.add([{ snapshot: this.progress.snapshot() }]);
    this.#environment.onRun(this.id);
    this.#enterPhase();
  }

  /** After a snapshot: what only rounds before it needed. */
  async #deleteUnneeded(): Promise<void> {
    const unneeded = [...this.#known].filter((sha256) => !this.needsBlob(sha256));
    for (const sha256 of unneeded) this.#known.delete(sha256);
    await this.#environment.removeUnneeded(unneeded);
  }
}

function describeEnd(reason: string): string {
  switch (reason) {
    case 'target-reached':
      return 'The target accuracy is reached.';
    case 'last-round':
      return 'All rounds are done.';
    case 'stopped':
      return 'The operator has ended the run.';
    default:
      return 'A round had too few updates as often as it may be tried.';
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
