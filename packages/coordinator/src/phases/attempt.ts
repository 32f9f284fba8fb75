import type { WaitingPolls } from '../pacing/waiting-polls.ts';
import type { DeviceScores } from './device-scores.ts';
import type { HandOut, Offer } from './hand-out.ts';

/** The global adapter that devices are asked to score. */
export interface Evaluation {
  readonly adapter: { readonly sha256: string; readonly bytes: number };
  readonly scores: DeviceScores;
  /** When no score is waited for any more. */
  readonly closesAt: number;
}

/** What the phase under way has for devices: something to train, or something to score; nothing until it is ready. */
export class Attempt {
  readonly #polls: WaitingPolls;
  #handOut: HandOut | undefined;
  #evaluation: Evaluation | undefined;

  /** @param polls woken when there is something */
  constructor(polls: WaitingPolls) {
    this.#polls = polls;
  }

  handOut(handOut: HandOut): void {
    this.#handOut = handOut;
    this.#polls.wake();
  }

  askForScores(evaluation: Evaluation): void {
    this.#evaluation = evaluation;
    this.#polls.wake();
  }

  get isHandedOut(): boolean {
    return this.#handOut !== undefined;
  }

  /** What the device starts from. */
  findOffer(device: string): Offer | undefined {
    return this.#handOut?.find(device);
  }

  /** The device has been given what it starts from. */
  noteFetched(device: string): void {
    this.#handOut?.noteFetched(device);
  }

  /** Bytes that the device has been sent. */
  bytesTo(device: string): number {
    return this.#handOut?.bytesTo(device) ?? 0;
  }

  /** What the device is asked to score. */
  findEvaluation(device: string): Evaluation | undefined {
    return this.#evaluation?.scores.asks(device) ? this.#evaluation : undefined;
  }

  /** The device has gone and will not answer. */
  giveUpScore(device: string): void {
    this.#evaluation?.scores.add(device, null);
  }

  needsBlob(sha256: string): boolean {
    return sha256 === this.#evaluation?.adapter.sha256 || this.#handOut?.has(sha256) === true;
  }
}
