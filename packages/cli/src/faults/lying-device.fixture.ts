import { type Adapter, mapTensors, namedTensors, restrictToDepth } from '@legend-fl/adapter';
import {
  type Assignment,
  assignmentSchema,
  type TrainAssignment,
  type UpdateReport,
} from '@legend-fl/protocol';
import { decodeWholeStart, encodeTrained } from '@legend-fl/runs';
import { type Answer, hashOf, RawDevice } from './raw-device.fixture.ts';

/** What a device claims that tells nothing remarkable. */
export const plainCapacity: UpdateReport['capacity'] = {
  forwardSecondsPerBlock: 0.002,
  backwardSecondsPerBlock: 0.004,
  uploadSecondsPerByte: 1e-7,
  downloadSecondsPerByte: 1e-7,
  memoryBytes: 2e9,
};

/** What a lie makes of the adapter that a device was given; `before` is the one of its last assignment. */
export type Lie = (start: Adapter, before: Adapter | undefined) => Adapter;

/** An enrolled device that trains nothing: it answers whatever its test wants. */
export class LyingDevice {
  readonly raw: RawDevice;
  readonly #url: string;
  readonly #run: string;
  #before: Adapter | undefined;

  private constructor(url: string, run: string, raw: RawDevice) {
    this.#url = url;
    this.#run = run;
    this.raw = raw;
  }

  static async enrol(url: string, token: string, run: string): Promise<LyingDevice> {
    return new LyingDevice(url, run, await RawDevice.enrol(url, token));
  }

  get id(): string {
    if (this.raw.id === undefined) throw new Error('It is not enrolled.');
    return this.raw.id;
  }

  reportCapacity(changes: Partial<UpdateReport['capacity']> = {}): Promise<Answer> {
    return this.#post('/v1/capacity', {
      run: this.#run,
      capacity: { ...plainCapacity, ...changes },
      examples: 30,
    });
  }

  /** Polls once. */
  async poll(seconds = 20): Promise<Assignment | null> {
    const { status, text } = await this.raw.send({ path: `/v1/assignment?wait=${seconds}` });
    if (status === 204) return null;
    if (status !== 200) throw new Error(`No assignment: ${text}`);
    return assignmentSchema.parse(JSON.parse(text));
  }

  /** Polls until there is something to do; null when the run is over. */
  async awaitWork(): Promise<Exclude<Assignment, { kind: 'finished' }> | null> {
    for (;;) {
      const assignment = await this.poll();
      if (assignment?.kind === 'finished') return null;
      if (assignment !== null) return assignment;
    }
  }

  /** Hands in a lie about what it was to train. */
  async handIn(assignment: TrainAssignment, lie: Lie, changes: object = {}): Promise<Answer> {
    const { round, attempt, plan, codec, adapter } = assignment;
    const start = restrictToDepth(
      decodeWholeStart(await this.#fetch(adapter.sha256), 'the start').adapter,
      plan.depth,
    );
    const message = new Uint8Array(
      encodeTrained(start, lie(start, this.#before), plan, codec.up, new Map()).bytes,
    );
    this.#before = start;
    const uploaded = await this.raw.upload(message);
    if (uploaded.status !== 200) return uploaded;
    return this.raw.report({
      run: this.#run,
      round,
      attempt,
      sha256: hashOf(message),
      examples: 30,
      loss: 1,
      capacity: plainCapacity,
      bytesDown: adapter.bytes,
      times: { download: 0.1, forward: 0.1, backward: 0.1, upload: 0.1 },
      ...changes,
    });
  }

  score({ round, attempt }: Assignment & { kind: 'evaluate' }, score: object): Promise<Answer> {
    return this.#post('/v1/scores', { run: this.#run, round, attempt, score });
  }

  /** Answers every assignment with the same lie, until the run is over or it is refused for good. */
  async liveOn(lie: Lie, changes: object = {}): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    for (;;) {
      const work = await this.awaitWork();
      if (work === null) return answers;
      if (work.kind === 'train') answers.push(await this.handIn(work, lie, changes));
      else await this.score(work, { examples: 10, correct: 5, loss: 1 });
    }
  }

  async #fetch(sha256: string): Promise<Uint8Array> {
    const path = `/v1/blobs/${sha256}`;
    const headers = { Authorization: `Bearer ${await this.raw.credential({ path })}` };
    return new Uint8Array(await (await fetch(`${this.#url}${path}`, { headers })).arrayBuffer());
  }

  #post(path: string, body: object): Promise<Answer> {
    return this.raw.send({ method: 'POST', path, body: JSON.stringify(body) });
  }
}

/** Every value of the blocks and the head made anew; values outside float32 become its greatest. */
export function everyValue(change: (value: number, index: number, before: number) => number): Lie {
  return (start, before) => {
    const known = before && namedTensors(before);
    return mapTensors(start, (name, { dims, data }) => {
      const last = known?.get(name)?.data;
      return {
        dims,
        data: data.map((value, index) => toFloat32(change(value, index, last?.[index] ?? value))),
      };
    });
  };
}

/** The head made anew, the blocks as they were. */
export function everyHeadValue(change: (value: number) => number): Lie {
  return (start) =>
    mapTensors(start, (name, { dims, data }) => ({
      dims,
      data: name.startsWith('head.') ? data.map((value) => toFloat32(change(value))) : data,
    }));
}

const GREATEST = 3.4e38;

function toFloat32(value: number): number {
  return Math.min(Math.max(value, -GREATEST), GREATEST);
}
