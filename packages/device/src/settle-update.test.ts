import { createHash } from 'node:crypto';
import type { Residual } from '@legend-fl/adapter';
import type { Assignment, ProblemCode, TrainAssignment } from '@legend-fl/protocol';
import { updateSchema } from '@legend-fl/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DeviceStateStore, decodeDeviceState } from './device-state.ts';
import { ExpectedUpdates } from './testing/expected-updates.ts';
import { SmallRun } from './testing/small-run.ts';

/** What becomes of one assignment. */
interface Fate {
  /** How the update is answered. */
  readonly answer: 'accepted' | 'lost' | ProblemCode;
  /** How it is answered when it comes again, after an answer that was lost. */
  readonly repetition: ProblemCode;
  /** Of an update that the coordinator has: in the sum or not, or the round is repeated. */
  readonly outcome: 'counts' | 'left-out' | 'repeated';
  /** The device's program ends at this change of its state, once, before or after it is written. */
  readonly crash: { readonly save: number; readonly isWritten: boolean } | null;
  /** After a crash the round has closed, rather than offered the assignment again. */
  readonly closesAfterCrash: boolean;
}

const fates = fc.record<Fate>({
  answer: fc.oneof(
    { weight: 4, arbitrary: fc.constant('accepted' as const) },
    { weight: 2, arbitrary: fc.constant('lost' as const) },
    fc.constantFrom('round-closed', 'update-invalid', 'device-dropped', 'too-many-uploads'),
  ),
  repetition: fc.constantFrom('old-round', 'round-closed', 'device-dropped', 'update-invalid'),
  outcome: fc.oneof(
    { weight: 2, arbitrary: fc.constant('counts' as const) },
    fc.constantFrom('left-out', 'repeated'),
  ),
  crash: fc.option(fc.record({ save: fc.integer({ min: 1, max: 3 }), isWritten: fc.boolean() }), { freq: 2 }),
  closesAfterCrash: fc.boolean(),
});

class Crash extends Error {
  override readonly name = 'Crash';
}

const small = new SmallRun();
await small.start();
const expected = new ExpectedUpdates(small.server.blobs);

/** A coordinator that lets its updates meet their fates, and knows what the device owes. */
class FatefulCoordinator {
  readonly #fates: readonly Fate[];
  #place = 0;
  #round = 1;
  #attempt = 1;
  #lastCounted: TrainAssignment['lastCounted'] = null;
  /** Of the update that counted last. */
  #residual: Promise<Residual> = Promise.resolve(new Map());
  #isTaken = false;
  #isOver = false;
  #saves = 0;
  #hasCrashed = false;
  #state: Uint8Array<ArrayBuffer> | undefined;
  /** Promises of what was seen beside what was to be seen. */
  readonly messages: Promise<readonly [string, string]>[] = [];
  readonly residuals: Promise<readonly [Residual, Residual]>[] = [];

  constructor(list: readonly Fate[]) {
    this.#fates = list;
  }

  get #fate(): Fate | undefined {
    return this.#fates[this.#place];
  }

  get #assignment(): TrainAssignment {
    const { assignments } = small.server;
    const place = { round: this.#round, attempt: this.#attempt, lastCounted: this.#lastCounted };
    const assignment = small.assign(this.#round, place);
    assignments.length = 0;
    return assignment;
  }

  nextAssignment(): Assignment {
    if (this.#isOver) this.#conclude();
    if (this.#fate) return this.#assignment;
    return { kind: 'finished', run: 'run-1', reason: 'no more fates' };
  }

  takeUpdate(body: unknown): Fate['answer'] {
    const { round, attempt, sha256 } = updateSchema.parse(body);
    const fate = this.#fate;
    const isCurrent = round === this.#round && attempt === this.#attempt;
    if (!isCurrent || fate === undefined) return 'old-round';
    if (this.#isOver) return fate.repetition;
    this.#isOver = true;
    this.#isTaken = fate.answer === 'accepted' || fate.answer === 'lost';
    const update = this.#expect();
    this.messages.push(
      update.then(({ bytes }) => [sha256, createHash('sha256').update(bytes).digest('hex')]),
    );
    return fate.answer;
  }

  /** A device that has just been assigned its work knows which of its updates counted. */
  noteAssigned(): void {
    const { residual } = this.#state
      ? decodeDeviceState(this.#state, 'test')
      : { residual: new Map() as Residual };
    this.residuals.push(this.#residual.then((owed) => [residual, owed]));
  }

  noteCrash(): void {
    if (this.#fate?.closesAfterCrash) this.#isOver = true;
  }

  readonly store: DeviceStateStore = {
    where: 'test',
    load: async () => this.#state,
    save: async (bytes) => {
      const crash = this.#hasCrashed ? null : this.#fate?.crash;
      this.#saves++;
      const isCrashing = crash?.save === this.#saves;
      if (!isCrashing || crash.isWritten) this.#state = bytes;
      if (!isCrashing) return;
      this.#hasCrashed = true;
      throw new Crash();
    },
  };

  async #expect() {
    return expected.make(this.#assignment, await this.#residual);
  }

  #conclude(): void {
    const outcome = this.#isTaken ? this.#fate?.outcome : 'left-out';
    if (outcome === 'counts') {
      const update = this.#expect();
      this.#residual = update.then(({ residual }) => residual);
      this.#lastCounted = { round: this.#round, attempt: this.#attempt };
    }
    if (outcome === 'repeated') this.#attempt++;
    else [this.#round, this.#attempt] = [this.#round + 1, 1];
    this.#place++;
    [this.#isTaken, this.#isOver, this.#hasCrashed, this.#saves] = [false, false, false, 0];
  }
}

test('whatever becomes of its updates, a device owes what the last one that counted left unsaid', async () => {
  let [settled, sent, crashes] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(fates, { minLength: 3, maxLength: 9 }), async (list) => {
      const coordinator = new FatefulCoordinator(list);
      small.server.nextAssignment = () => coordinator.nextAssignment();
      small.server.takeUpdate = (report) => coordinator.takeUpdate(report);
      const runOnce = () =>
        small.run({
          state: coordinator.store,
          onEvent: ({ type }) => {
            if (type === 'assigned') coordinator.noteAssigned();
          },
        });
      for (;;) {
        try {
          await runOnce();
          break;
        } catch (error) {
          if (!(error instanceof Crash)) throw error;
          coordinator.noteCrash();
          crashes++;
        }
      }
      for (const [seen, wanted] of await Promise.all(coordinator.residuals)) expect(seen).toEqual(wanted);
      for (const [seen, wanted] of await Promise.all(coordinator.messages)) expect(seen).toBe(wanted);
      settled += coordinator.residuals.length;
      sent += coordinator.messages.length;
    }),
    { numRuns: 12 },
  );
  // The property was put to the test.
  expect(Math.min(settled, sent, crashes)).toBeGreaterThan(10);
  await small.server.stop();
});
