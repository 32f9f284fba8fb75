import type { Heartbeat } from '@legend-fl/protocol';
import { ProtocolError } from './client/protocol-error.ts';
import type { DeviceSession } from './device-session.ts';
import { isPlausibleLoss } from './keep-in-bounds.ts';

/** The coordinator goes on without this device: its round has closed, or it was dropped from it. */
export class AssignmentWithdrawn extends Error {
  override readonly name = 'AssignmentWithdrawn';

  constructor() {
    super('The round goes on without this device.');
  }
}

type Progress = Pick<Heartbeat, 'activity' | 'step' | 'steps' | 'loss'>;

/** A heart-beat that is not answered by then is let go: work is not held up by a bad network. */
const ANSWER_MS = 3_000;
/** Milliseconds after which work that blocks its thread lets others have a turn. */
const TURN_MS = 50;

/**
 * Tells the coordinator how an assignment gets on, and takes notice when it is withdrawn. While the thread is free it
 * beats by itself; work that blocks it calls `betweenSteps`.
 */
export class AssignmentWatch {
  readonly #session: DeviceSession;
  readonly #round: number;
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  #progress: Progress;
  #beating: Promise<void> | undefined;
  #lastBeat = performance.now();
  #lastTurn = performance.now();
  /** Aborts when the device is told to end, with AssignmentWithdrawn, or with the ProtocolError that ends it. */
  readonly signal: AbortSignal;

  constructor(session: DeviceSession, round: number, progress: Progress) {
    this.#session = session;
    this.#round = round;
    this.#progress = progress;
    this.signal = AbortSignal.any([session.signal, this.#controller.signal]);
    this.#timer = setInterval(() => this.#beatIfDue(), session.heartbeatMs / 10);
  }

  note(progress: Partial<Progress>): void {
    this.#progress = { ...this.#progress, ...progress };
  }

  /** Beats if it is time to, rests if the gate is shut. Throws what the signal aborts with. */
  async betweenSteps(): Promise<void> {
    if (performance.now() - this.#lastTurn > TURN_MS) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.#lastTurn = performance.now();
    }
    this.signal.throwIfAborted();
    await this.#beatIfDue();
    await this.#rest();
    this.signal.throwIfAborted();
  }

  /** No more beats; an answer that is under way is waited for and no longer counts. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
  }

  async #rest(): Promise<void> {
    const { gate, onEvent } = this.#session;
    const before = this.#progress.activity;
    let isPaused = false;
    for (let reason = gate.reason(); reason !== null; reason = gate.reason()) {
      if (!isPaused) {
        onEvent({ type: 'paused', reason });
        this.note({ activity: 'paused' });
        isPaused = true;
      }
      await gate.opened(this.signal);
    }
    if (!isPaused) return;
    this.note({ activity: before });
    onEvent({ type: 'resumed' });
  }

  #beatIfDue(): Promise<void> | undefined {
    if (performance.now() - this.#lastBeat < this.#session.heartbeatMs) return this.#beating;
    this.#beating ??= this.#beat().finally(() => {
      this.#lastBeat = performance.now();
      this.#beating = undefined;
    });
    return this.#beating;
  }

  async #beat(): Promise<void> {
    const { client, run } = this.#session;
    const { loss } = this.#progress;
    // A heartbeat with an impossible loss would be refused; the training itself fails after its last step.
    const told = loss !== null && isPlausibleLoss(loss) ? loss : null;
    const beat = { run: run.run, round: this.#round, ...this.#progress, loss: told };
    try {
      const signal = AbortSignal.any([this.signal, AbortSignal.timeout(ANSWER_MS)]);
      const { assigned } = await client.heartbeat(beat, { signal, retry: false });
      if (!assigned) this.#controller.abort(new AssignmentWithdrawn());
    } catch (error) {
      // Without an answer the work goes on: what it gives may well arrive in time.
      if (error instanceof ProtocolError && !error.passes) this.#controller.abort(error);
    }
  }
}
