import type { EvaluateAssignment } from '@legend-fl/protocol';
import { updateSchema } from '@legend-fl/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualGate } from './pause-gate.ts';
import { SmallRun } from './testing/small-run.ts';

let small: SmallRun;

beforeEach(async () => {
  small = new SmallRun();
  await small.start();
});
afterEach(() => small.server.stop());

const evaluation = { kind: 'evaluate', run: 'run-1', round: 1, attempt: 1, secondsLeft: 60 } as const;
const evaluate = (adapter: EvaluateAssignment['adapter']) =>
  small.server.assignments.push({ ...evaluation, adapter });
const updates = () => small.server.requests(/updates/).map(({ body }) => updateSchema.parse(body));
const leaving = () => small.server.requests(/leave/).map(({ body }) => body);
/** Of a coordinator of a later version. */
const unknownCode = (status: number, headers: Record<string, string> = {}) => {
  const body = JSON.stringify({
    code: 'moon-too-full',
    message: 'The moon is full.',
    serverTime: Date.now(),
  });
  return { kind: 'foreign', status, body, headers } as const;
};

describe('a device whose round closes before it is done', () => {
  test.each([/PATCH .*uploads/, /updates/])('goes on when %s is told so', async (route) => {
    small.server.breakDown(route, { kind: 'refuse', code: 'round-closed' });
    small.assign(1);
    small.assign(2);
    small.finish();
    expect(await small.run()).toMatchObject({ updates: 1, rejected: 1, late: 1 });
    expect(small.eventsOf('rejected')).toMatchObject([
      { kind: 'train', round: 1, code: 'round-closed', late: true },
    ]);
    expect(leaving()).toEqual([]);
  });

  test('goes on when a sign of life is told so', async () => {
    small.server.isAssigned = () => small.eventsOf('rejected').length > 0;
    small.assign(1, { localSteps: 100_000 });
    small.assign(2);
    small.finish();
    expect(await small.run()).toMatchObject({ updates: 1, rejected: 1, late: 1 });
    expect(leaving()).toEqual([]);
  });

  test('goes on where its score is waited for no more', async () => {
    small.server.breakDown(/scores/, { kind: 'refuse', code: 'round-not-open' });
    evaluate(small.server.offer(new Uint8Array(3)));
    small.assign(2);
    small.finish();
    const settings = { run: 'run-1', memoryBytes: 1e9, holdOutShare: 0 };
    expect(await small.run({ settings })).toMatchObject({ updates: 1, rejected: 0, late: 0 });
    expect(small.eventsOf('rejected')).toMatchObject([{ kind: 'evaluate', round: 1, late: true }]);
  });
});

describe('a device that is refused', () => {
  test('an upload beyond what it may have leaves that assignment, and hands the same in if it is offered again', async () => {
    small.server.breakDown(/PATCH/, { kind: 'refuse', code: 'too-many-uploads', retryAfter: '1' });
    const assignment = small.assign(1);
    small.server.assignments.push(assignment);
    small.finish();
    expect(await small.run()).toMatchObject({ updates: 1, rejected: 1, late: 0 });
    expect(small.eventsOf('rejected')).toMatchObject([{ code: 'too-many-uploads', late: false }]);
    expect(small.eventsOf('accepted')).toMatchObject([{ round: 1, resent: true }]);
    expect(small.eventsOf('step')).toHaveLength(assignment.localSteps);
    expect(small.eventsOf('reconnecting')).toEqual([]);
  });

  test('an upload beyond what it may have takes the next assignment', async () => {
    small.server.breakDown(/PATCH/, { kind: 'refuse', code: 'too-many-uploads' });
    small.assign(1);
    small.assign(2);
    small.finish();
    expect(await small.run()).toMatchObject({ updates: 1, rejected: 1 });
    expect(updates().map(({ round }) => round)).toEqual([2]);
  });

  test.each([404, 409, 413, 422])('for a reason that it does not know goes on after a %i', async (status) => {
    small.server.breakDown(/updates/, unknownCode(status));
    small.assign(1);
    small.assign(2);
    small.finish();
    expect(await small.run()).toMatchObject({ updates: 1, rejected: 1 });
    expect(small.eventsOf('rejected')).toMatchObject([
      { code: 'moon-too-full', reason: 'The moon is full.' },
    ]);
  });

  test.each([429, 503])('for a reason that it does not know waits after a %i', async (status) => {
    small.server.breakDown(/updates/, unknownCode(status, { 'Retry-After': '2' }));
    small.assign(1);
    small.finish();
    expect(await small.run()).toMatchObject({ updates: 1, rejected: 0 });
    expect(small.eventsOf('reconnecting')).toMatchObject([{ reason: 'The moon is full.' }]);
  });

  test.each([400, 401, 403])('for a reason that it does not know ends after a %i', async (status) => {
    small.server.breakDown(/updates/, unknownCode(status));
    small.assign(1);
    await expect(small.run()).rejects.toMatchObject({ name: 'ProtocolError', code: 'unknown-code', status });
  });

  test('while its run is set aside waits, and tells', async () => {
    for (const route of [/GET \/v1\/runs/, /capacity/, /assignment/, /updates/]) {
      small.server.breakDown(route, { kind: 'refuse', code: 'run-set-aside' });
    }
    small.assign(1);
    small.finish();
    expect(await small.run()).toMatchObject({ updates: 1, rejected: 0 });
    expect(small.eventsOf('reconnecting').map(({ reason }) => reason)).toEqual(
      new Array(4).fill('Refused: run-set-aside.'),
    );
    expect(small.eventsOf('reconnected')).toHaveLength(4);
  });

  test('because it asks too often waits as long as it is told to, and sends the same again', async () => {
    const busy = { kind: 'refuse', code: 'too-many-requests', retryAfter: '20' } as const;
    for (const route of [/capacity/, /scores/, /leave/]) small.server.breakDown(route, busy);
    evaluate(small.server.offer(new Uint8Array(3)));
    // Its adapter cannot be read, so that the device leaves this round.
    small.assign(1, { adapter: small.server.offer(new Uint8Array(30)) });
    small.finish();
    await small.run({ settings: { run: 'run-1', memoryBytes: 1e9, holdOutShare: 0 } });
    for (const route of [/capacity/, /scores/, /leave/]) {
      const [first, second, ...more] = small.server.requests(route);
      expect(second?.body).toEqual(first?.body);
      expect(more).toEqual([]);
    }
    for (const { seconds } of small.eventsOf('reconnecting')) expect(seconds).toBeGreaterThanOrEqual(20);
  });

  test('a sign of life works on', async () => {
    const gate = new ManualGate();
    const busy = { kind: 'refuse', code: 'too-many-requests', retryAfter: '20' } as const;
    small.server.breakDown(/heartbeat/, busy, { kind: 'refuse', code: 'run-set-aside' }, unknownCode(429));
    small.server.isAssigned = () => {
      gate.set(null);
      return true;
    };
    small.assign(1);
    small.finish();
    const outcome = await small.run({
      gate,
      onEvent: (event) => {
        small.events.push(event);
        if (event.type === 'step' && event.step === 2) gate.set('until it is heard');
      },
    });
    expect(outcome).toMatchObject({ updates: 1, rejected: 0 });
    expect(small.server.requests(/heartbeat/).length).toBeGreaterThanOrEqual(4);
    expect(small.eventsOf('reconnecting')).toEqual([]);
  });
});
