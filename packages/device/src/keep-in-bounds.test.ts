import { type Adapter, mapTensors } from '@legend-fl/adapter';
import { bounds, capacityReportSchema, heartbeatSchema, scoreReportSchema } from '@legend-fl/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clampPartSeconds, isPlausibleLoss } from './keep-in-bounds.ts';
import { ManualGate } from './pause-gate.ts';
import { globalAdapter, SmallRun } from './testing/small-run.ts';

let small: SmallRun;

beforeEach(async () => {
  small = new SmallRun();
  await small.start();
});
afterEach(() => small.server.stop());

const beats = () => small.server.requests(/heartbeat/).map(({ body }) => heartbeatSchema.parse(body));
const leaving = () => small.server.requests(/leave/).map(({ body }) => body);

/** An assignment whose learning rate drives the loss up to billions, which are finite. */
function assignTooFast(round: number): void {
  const assignment = small.assign(round);
  const local = { ...assignment.local, learningRate: 1e5, maxGradNorm: 1e9 };
  small.server.assignments.splice(-1, 1, { ...assignment, local });
}

describe('a device whose training goes astray', () => {
  test('tells its person and the operator, leaves the round, and goes on with the next', async () => {
    assignTooFast(1);
    small.assign(2);
    small.finish();
    expect(await small.run()).toMatchObject({ updates: 1, rejected: 1, late: 0 });
    expect(Math.max(...small.eventsOf('step').map(({ loss }) => loss))).toBeGreaterThan(bounds.loss.max);
    expect(small.eventsOf('rejected')).toMatchObject([
      { round: 1, code: 'training-diverged', reason: expect.stringMatching(/lower learning rate/) },
    ]);
    const reason =
      'its training failed: training-diverged (expected a lower learning rate, or better labels)';
    expect(leaving()).toEqual([{ run: 'run-1', reason }]);
    expect(small.server.requests(/updates/)).toHaveLength(1);
  });

  test('gives signs of life without a loss', async () => {
    const gate = new ManualGate();
    small.server.isAssigned = () => {
      if (beats().at(-1)?.activity === 'paused') gate.set(null);
      return true;
    };
    assignTooFast(1);
    small.finish();
    await small.run({
      gate,
      onEvent: ({ type, ...event }) => {
        if (type === 'step' && 'step' in event && event.step === 3) gate.set('until it is heard');
      },
    });
    expect(beats()).toContainEqual(expect.objectContaining({ activity: 'paused', step: 3, loss: null }));
  });
});

test.each([
  ['a loss of millions', 1e9],
  ['no loss at all', 1.7e38],
])('a global adapter that gives %s is scored as the worst that can be told', async (_, factor) => {
  const head = new Map(
    [...globalAdapter.head].map(([name, { dims, data }]) => [
      name,
      { dims, data: data.map((value, index) => (index % 2 === 0 ? factor : value)) },
    ]),
  );
  const global: Adapter = { ...mapTensors(globalAdapter, (_, tensor) => tensor), head };
  const depth = globalAdapter.blocks.length;
  const { plan } = small.assign(9);
  const { adapter } = small.assign(1, { plan: { ...plan, depth } }, global);
  small.server.assignments.length = 0;
  small.server.assignments.push({
    kind: 'evaluate',
    run: 'run-1',
    round: 1,
    attempt: 1,
    secondsLeft: 60,
    adapter,
  });
  small.finish();
  await small.run({ settings: { run: 'run-1', memoryBytes: 1e9, holdOutShare: 0.5 } });
  const [report] = small.server.requests(/scores/).map(({ body }) => scoreReportSchema.parse(body));
  expect(report?.score).toMatchObject({ examples: 15, loss: bounds.loss.max });
});

describe('memory for training', () => {
  test.each([0, 1e6, bounds.memoryBytes.min - 1, Number.NaN])(
    'of %d bytes is refused before anything is read',
    async (memoryBytes) => {
      let isRead = false;
      const data = async () => {
        isRead = true;
        return [];
      };
      const run = small.run({ data, settings: { run: 'run-1', memoryBytes } });
      await expect(run).rejects.toMatchObject({ name: 'InputError', code: 'memory-too-small' });
      await expect(run).rejects.toThrow(/at least 2 MB/);
      expect(isRead).toBe(false);
      const reason = 'it has too little memory: memory-too-small (expected enough for one block)';
      expect(leaving()).toEqual([{ run: 'run-1', reason }]);
    },
  );

  test('without a limit is told as the most that may be', async () => {
    small.finish();
    await small.run({ settings: { run: 'run-1', memoryBytes: Number.POSITIVE_INFINITY } });
    const [report] = small.server.requests(/capacity/).map(({ body }) => capacityReportSchema.parse(body));
    expect(report?.capacity.memoryBytes).toBe(bounds.memoryBytes.max);
  });
});

test('seconds and losses are told within their bounds', () => {
  expect([-1, 3.5, 86_401, Number.POSITIVE_INFINITY].map(clampPartSeconds)).toEqual([0, 3.5, 86_400, 86_400]);
  fc.assert(
    fc.property(fc.double(), (loss) => {
      const beat = { run: 'r', activity: 'training', round: 1, step: 1, steps: 1, loss };
      return heartbeatSchema.safeParse(beat).success === isPlausibleLoss(loss);
    }),
    { numRuns: 1000 },
  );
});
