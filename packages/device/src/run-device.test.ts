import { restrictToDepth } from '@legend-fl/adapter';
import type { TrainAssignment } from '@legend-fl/protocol';
import { heartbeatSchema, scoreReportSchema, updateSchema } from '@legend-fl/protocol';
import { decodeTrained } from '@legend-fl/runs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { numberLabels } from './labelled-text.ts';
import { ManualGate } from './pause-gate.ts';
import { ExpectedUpdates } from './testing/expected-updates.ts';
import { classes, globalAdapter, SmallRun } from './testing/small-run.ts';

let small: SmallRun;

beforeEach(async () => {
  small = new SmallRun();
  await small.start();
});
afterEach(() => small.server.stop());

const updates = () => small.server.requests(/updates/).map(({ body }) => updateSchema.parse(body));
const uploaded = (place: number): Buffer | undefined =>
  small.server.uploads.get(updates()[place]?.sha256 ?? '');

const expectedMessages = (assignments: readonly TrainAssignment[]) =>
  new ExpectedUpdates(small.server.blobs).messages(assignments);

describe('a device', () => {
  test('trains what it is assigned, as a simulated one does, until the run is finished', async () => {
    const assignments = [small.assign(1), small.assign(2, { lastCounted: { round: 1, attempt: 1 } })];
    small.finish();
    expect(await small.run()).toEqual({ reason: 'all rounds done', updates: 2, rejected: 0, late: 0 });
    const [first, second] = await expectedMessages(assignments);
    expect(uploaded(0)?.equals(first ?? new Uint8Array())).toBe(true);
    // With what the first message could not say.
    expect(uploaded(1)?.equals(second ?? new Uint8Array())).toBe(true);
    const [report] = updates();
    expect(report).toMatchObject({ run: 'run-1', round: 1, attempt: 1, examples: 27 });
    expect(report?.bytesDown).toBe(assignments[0]?.adapter.bytes);
    expect(report?.times.forward).toBeGreaterThan(0);
    expect(report?.times.backward).toBeGreaterThan(0);
    expect(small.eventsOf('step').map(({ step }) => step)).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    expect(small.events.at(-1)).toEqual({ type: 'finished', reason: 'all rounds done' });
  });

  test('reports its capacity before it asks for anything', async () => {
    small.finish();
    await small.run({ settings: { run: 'run-1', memoryBytes: 5e8, holdOutShare: 0.5 } });
    const names = small.server.received.map(({ path }) => path.split('/')[2]?.split('?')[0]);
    expect(names.indexOf('capacity')).toBeLessThan(names.indexOf('assignment'));
    const body = small.server.requests(/capacity/)[0]?.body as { capacity: object; examples: number };
    expect(body).toMatchObject({ run: 'run-1', examples: 15, capacity: { memoryBytes: 5e8 } });
    for (const figure of Object.values(body.capacity)) expect(figure).toBeGreaterThan(0);
  });

  test('keeps the base model', async () => {
    small.finish();
    small.finish();
    await small.run();
    const fetched = small.server.requests(/blobs/).length;
    expect(fetched).toBeGreaterThan(2);
    expect(small.eventsOf('model-progress').at(-1)).toMatchObject({ total: expect.any(Number) });
    await small.run();
    expect(small.server.requests(/blobs/)).toHaveLength(fetched);
  });

  test('sends nothing of its data', async () => {
    small.assign(1);
    small.finish();
    await small.run();
    const sent = JSON.stringify(small.server.received.map(({ path, body }) => [path, body]));
    const messages = [...small.server.uploads.values()].map((bytes) => bytes.toString('latin1')).join();
    for (const word of ['tomatoes', 'museum', 'film']) {
      expect(sent).not.toContain(word);
      expect(messages).not.toContain(word);
    }
  });

  test('hands in at its next start what it had finished', async () => {
    small.assign(1);
    const end = new AbortController();
    // The coordinator does not take the update; meanwhile the device's program ends.
    small.server.breakDown(/updates/, { kind: 'cut' }, { kind: 'cut' });
    const ended = small.run({
      signal: end.signal,
      onEvent: (event) => {
        if (event.type === 'reconnecting') end.abort(new Error('killed'));
      },
    });
    await expect(ended).rejects.toThrow('killed');
    expect(updates()).toEqual([]);
    const again = small.assign(1);
    small.finish();
    await small.run();
    expect(small.eventsOf('step')).toEqual([]);
    expect(small.eventsOf('accepted')).toMatchObject([{ round: 1, resent: true }]);
    const [message] = await expectedMessages([again]);
    expect(uploaded(0)?.equals(message ?? new Uint8Array())).toBe(true);
  });

  test('trains anew, to the same bits, what it had not finished', async () => {
    const assignment = small.assign(1);
    const end = new AbortController();
    const ended = small.run({
      signal: end.signal,
      onEvent: (event) => {
        if (event.type === 'step' && event.step === 2) end.abort(new Error('killed'));
      },
    });
    await expect(ended).rejects.toThrow('killed');
    small.server.assignments.push(assignment);
    small.finish();
    await small.run();
    expect(small.eventsOf('step')).toHaveLength(4);
    const [message] = await expectedMessages([assignment]);
    expect(uploaded(0)?.equals(message ?? new Uint8Array())).toBe(true);
  });

  test('goes on after an update that is refused, and owes it still', async () => {
    const first = small.assign(1);
    const second = small.assign(2);
    small.server.breakDown(/updates/, { kind: 'refuse', code: 'round-closed' });
    small.finish();
    expect(await small.run()).toMatchObject({ updates: 1, rejected: 1, late: 1 });
    expect(small.eventsOf('rejected')).toEqual([
      {
        type: 'rejected',
        kind: 'train',
        round: 1,
        code: 'round-closed',
        reason: 'Refused: round-closed.',
        late: true,
      },
    ]);
    // As if the first had never been made: what it could not say is not owed.
    const [message] = await expectedMessages([second]);
    expect(uploaded(1)?.equals(message ?? new Uint8Array())).toBe(true);
    expect(first.round).toBe(1);
  });

  test('learns with its next assignment that an update counted whose answer was lost', async () => {
    const first = small.assign(1);
    const second = small.assign(2, { lastCounted: { round: 1, attempt: 1 } });
    small.server.breakDown(/updates/, { kind: 'refuse', code: 'old-round' });
    small.finish();
    await small.run();
    const [, message] = await expectedMessages([first, second]);
    expect(uploaded(1)?.equals(message ?? new Uint8Array())).toBe(true);
  });

  test('drops what is no longer assigned, between two steps', async () => {
    small.server.isAssigned = () => false;
    small.assign(1, { localSteps: 100_000 });
    small.finish();
    expect(await small.run()).toMatchObject({ updates: 0, rejected: 1, late: 1 });
    expect(small.eventsOf('rejected')).toMatchObject([{ round: 1, code: 'withdrawn', late: true }]);
    expect(small.eventsOf('step').length).toBeLessThan(100_000);
    expect(updates()).toEqual([]);
  });

  test('gives signs of life with its progress', async () => {
    const gate = new ManualGate();
    const beats = () => small.server.requests(/heartbeat/).map(({ body }) => heartbeatSchema.parse(body));
    small.server.isAssigned = () => {
      if (beats().at(-1)?.activity === 'paused') gate.set(null);
      return true;
    };
    small.assign(1, { localSteps: 100 });
    small.finish();
    await small.run({
      gate,
      onEvent: (event) => {
        if (event.type === 'step' && event.step === 2) gate.set('until it was heard');
      },
    });
    const told = { run: 'run-1', activity: 'paused', round: 1, step: 2, steps: 100 };
    expect(beats()).toContainEqual({ ...told, loss: expect.any(Number) });
  });

  test('survives a coordinator that restarts in the middle', async () => {
    small.assign(1, { localSteps: 50 });
    const second = small.assign(2);
    small.finish();
    const port = Number(new URL(small.server.url).port);
    let stopped: Promise<void> | undefined;
    const outcome = await small.run({
      onEvent: (event) => {
        small.events.push(event);
        if (event.type === 'step' && event.round === 1 && event.step === 10) stopped = small.server.stop();
        if (event.type === 'reconnecting' && stopped) {
          const before = stopped;
          stopped = undefined;
          void before.then(() => small.server.start(port));
        }
      },
    });
    expect(outcome).toMatchObject({ updates: 2, rejected: 0 });
    expect(small.eventsOf('reconnected')).not.toEqual([]);
    expect(second.round).toBe(2);
  });

  test('rests while its gate is shut', async () => {
    const gate = new ManualGate();
    small.assign(1);
    small.finish();
    let stepsWhileShut = 0;
    const beats = () => small.server.requests(/heartbeat/).map(({ body }) => heartbeatSchema.parse(body));
    // Shut until the coordinator has heard of it twice.
    small.server.isAssigned = () => {
      if (beats().filter(({ activity }) => activity === 'paused').length === 2) gate.set(null);
      return true;
    };
    await small.run({
      gate,
      onEvent: (event) => {
        small.events.push(event);
        if (event.type === 'step' && gate.reason() !== null) stepsWhileShut++;
        if (event.type === 'step' && event.step === 2) gate.set('the machine is busy');
      },
    });
    expect(small.eventsOf('paused')).toEqual([{ type: 'paused', reason: 'the machine is busy' }]);
    expect(small.eventsOf('resumed')).toHaveLength(1);
    expect(stepsWhileShut).toBe(0);
    expect(updates()).toHaveLength(1);
  });

  test('takes nothing on while its gate is shut', async () => {
    const gate = new ManualGate();
    gate.set('on battery');
    small.assign(1);
    small.finish();
    let asked = -1;
    await small.run({
      gate,
      onEvent: (event) => {
        small.events.push(event);
        if (event.type === 'paused') {
          setTimeout(() => {
            asked = small.server.requests(/assignment/).length;
            gate.set(null);
          }, 200);
        }
      },
    });
    expect(asked).toBe(0);
    expect(updates()).toHaveLength(1);
  });

  const evaluation = { kind: 'evaluate', run: 'run-1', round: 1, attempt: 1, secondsLeft: 60 } as const;

  test('scores the global adapter on what it holds out', async () => {
    const { adapter } = small.assign(1, { plan: { ...small.assign(9).plan, depth: 3 } });
    small.server.assignments.length = 0;
    small.server.assignments.push({ ...evaluation, adapter });
    small.finish();
    await small.run({ settings: { run: 'run-1', memoryBytes: 1e9, holdOutShare: 0.5 } });
    const [report] = small.server.requests(/scores/).map(({ body }) => scoreReportSchema.parse(body));
    expect(report).toMatchObject({ round: 1, attempt: 1, score: { examples: 15 } });
    expect(report?.score?.correct).toBeLessThanOrEqual(15);
    expect(report?.score?.loss).toBeGreaterThan(0);
  });

  test('that holds nothing out says so', async () => {
    const adapter = small.server.offer(new Uint8Array(3));
    small.server.assignments.push({ ...evaluation, adapter });
    small.finish();
    await small.run({ settings: { run: 'run-1', memoryBytes: 1e9, holdOutShare: 0 } });
    expect(small.server.requests(/scores/)[0]?.body).toMatchObject({ score: null });
  });

  test('lets a round go whose adapter it cannot read', async () => {
    small.assign(1, { adapter: small.server.offer(new Uint8Array(30)) });
    small.assign(2);
    small.finish();
    expect(await small.run()).toMatchObject({ updates: 1, rejected: 1 });
    expect(small.server.requests(/leave/)).toHaveLength(1);
  });

  test('lets a round go whose adapter is gone', async () => {
    small.assign(1, { adapter: { sha256: '0'.repeat(64), bytes: 10 } });
    small.assign(2);
    small.finish();
    expect(await small.run()).toMatchObject({ updates: 1, rejected: 1 });
    expect(small.eventsOf('rejected')).toMatchObject([{ code: 'not-found' }]);
  });

  test('takes leave when it is told to end', async () => {
    const end = new AbortController();
    const reason = new Error('Ctrl-C');
    const onEvent = (event: { type: string }) => {
      small.events.push(event as never);
      if (event.type === 'waiting') end.abort(reason);
    };
    await expect(small.run({ signal: end.signal, onEvent })).rejects.toBe(reason);
    expect(small.server.requests(/leave/)[0]?.body).toEqual({ run: 'run-1', reason: 'stopped by its owner' });
    expect(small.events.at(-1)).toEqual({ type: 'left' });
  });

  test('that fails tells the coordinator, so that its round does not wait', async () => {
    small.assign(1);
    const full = new Error('no space left on device');
    const state = { ...small.state, save: () => Promise.reject(full) };
    await expect(small.run({ state })).rejects.toBe(full);
    const [leaving] = small.server.requests(/leave/);
    expect(leaving?.body).toEqual({ run: 'run-1', reason: 'its program failed' });
  });

  test('that is revoked ends', async () => {
    small.server.breakDown(/assignment/, { kind: 'refuse', code: 'device-revoked' });
    await expect(small.run()).rejects.toMatchObject({ name: 'ProtocolError', code: 'device-revoked' });
  });

  test('with a label that is no class says which', async () => {
    const rows = [
      { text: 'x', label: 'cold' },
      { text: 'y', label: 'hot' },
    ];
    const run = small.run({ data: async (names) => numberLabels(rows, names, 'my.csv') });
    await expect(run).rejects.toMatchObject({ code: 'data-label-unknown' });
    await expect(run).rejects.toThrow(/my\.csv, row 2.*"cold", "warm", "old".*"hot"/);
    expect(classes).toContain('cold');
  });

  test('without memory for a single block says how much it takes', async () => {
    const run = small.run({ settings: { run: 'run-1', memoryBytes: 1000 } });
    await expect(run).rejects.toMatchObject({ code: 'memory-too-small' });
  });
});

test('a coordinator reads what a device sends', async () => {
  const { plan } = small.assign(1);
  small.finish();
  await small.run();
  const start = restrictToDepth(globalAdapter, 2);
  const trained = decodeTrained(start, uploaded(0) ?? new Uint8Array(), plan, 'test');
  expect(trained.head.get('classifier.weight')?.data).not.toEqual(start.head.get('classifier.weight')?.data);
});
