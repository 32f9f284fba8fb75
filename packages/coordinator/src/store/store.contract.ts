import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LogEntry } from '@legend-fl/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from './open-store.ts';
import { type Entry, type NewDevice, REVOKED_ADDRESS_MS, type Store, type StoredEvent } from './store.ts';
import { action, EnrolmentModel } from './testing/enrolment-model.ts';
import { deviceOf, eventOf, eventsOf, runOf, snapshotOf, tokenOf } from './testing/sample-values.ts';

const program = fileURLToPath(new URL('./testing/append-events.program.ts', import.meta.url));

/**
 * What every store keeps.
 * @param newPlace makes room for a new store and returns what `openStore` opens it by
 */
export function describeStoreContract(name: string, newPlace: () => Promise<string>): void {
  describe(`store in ${name}`, () => {
    let url: string;
    let store: Store;

    beforeEach(async () => {
      url = await newPlace();
      store = await openStore(url);
    });
    afterEach(() => store.close());

    /** Closes the store and opens it again, as a coordinator that starts anew. */
    async function reopen(): Promise<void> {
      await store.close();
      store = await openStore(url);
    }

    describe('runs', () => {
      test('are listed in order of creation, as they were made, after a restart as well', async () => {
        for (const id of ['later-in-the-alphabet', 'a-run', 'third']) await store.runs.create(runOf(id));
        await store.runs.saveSnapshot('a-run', snapshotOf(0, 'No disk, no \0 run'));
        await reopen();
        expect(await store.runs.list()).toEqual([
          { ...runOf('later-in-the-alphabet'), failure: null },
          { ...runOf('a-run'), failure: 'No disk, no \uFFFD run' },
          { ...runOf('third'), failure: null },
        ]);
      });

      test('have ids of their own', async () => {
        await store.runs.create(runOf('run'));
        await expect(store.runs.create(runOf('run'))).rejects.toThrow('There is a run run already');
        expect(await store.runs.list()).toHaveLength(1);
      });

      test('begin with neither snapshot nor events', async () => {
        await store.runs.create(runOf('run'));
        expect(await store.runs.loadProgress('run')).toEqual({ snapshot: null, events: [] });
        expect(await store.runs.listRounds('run')).toEqual([]);
      });
    });

    describe('the log of events', () => {
      beforeEach(async () => {
        await store.runs.create(runOf('run'));
        await store.runs.create(runOf('other'));
      });

      const loadEvents = async (run: string) => (await store.runs.loadProgress(run)).events;

      test('gives back what was appended, in order, each run its own', async () => {
        await store.runs.appendEvents('run', eventsOf(1, 2));
        await store.runs.appendEvents('other', [eventOf(1)]);
        await store.runs.appendEvents('run', []);
        await store.runs.appendEvents('run', [eventOf(3)]);
        await reopen();
        expect(await loadEvents('run')).toEqual(eventsOf(1, 3));
        expect(await loadEvents('other')).toEqual([eventOf(1)]);
      });

      test('takes events with anything for details', async () => {
        const bare: StoredEvent = { ...eventOf(1), details: undefined };
        await store.runs.appendEvents('run', [bare]);
        expect(await loadEvents('run')).toEqual([{ ...bare, details: null }]);
      });

      test('takes more at once than a statement can hold', async () => {
        await store.runs.appendEvents('run', eventsOf(1, 7000));
        expect(await loadEvents('run')).toEqual(eventsOf(1, 7000));
      });

      test('refuses a gap and a repeat, and keeps what came before', async () => {
        await store.runs.appendEvents('run', eventsOf(1, 2));
        for (const wrong of [[eventOf(2)], [eventOf(4)], [eventOf(3), eventOf(5)], eventsOf(1, 3)]) {
          await expect(store.runs.appendEvents('run', wrong)).rejects.toThrow('expected event');
        }
        await store.runs.appendEvents('run', [eventOf(3)]);
        expect(await loadEvents('run')).toEqual(eventsOf(1, 3));
      });

      test('refuses events of a run that there is none of', async () => {
        await expect(store.runs.appendEvents('no-run', [eventOf(1)])).rejects.toThrow('no run no-run');
      });

      test('rejects the one call that is wrong, not those written with it', async () => {
        const calls = [
          store.runs.appendEvents('run', [eventOf(1)]),
          store.runs.appendEvents('run', [eventOf(9)]),
          store.runs.appendEvents('no-run', [eventOf(1)]),
          store.runs.appendEvents('other', [eventOf(1)]),
          store.runs.create(runOf('run')),
          store.runs.appendEvents('run', [eventOf(2)]),
        ];
        const outcomes = await Promise.allSettled(calls);
        expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
          true,
          false,
          false,
          true,
          false,
          true,
        ]);
        expect(await loadEvents('run')).toEqual(eventsOf(1, 2));
        expect(await loadEvents('other')).toEqual([eventOf(1)]);
      });

      test('rejects all that was in a transaction that failed, and nothing after it', async () => {
        const bad = { ...eventOf(2), event: cyclic() };
        const failed = await Promise.allSettled([
          store.runs.appendEvents('run', [eventOf(1)]),
          store.runs.appendEvents('run', [bad]),
          store.secrets.replace('name', 'value'),
        ]);
        expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
        expect(await store.secrets.get('name')).toBeUndefined();
        await store.runs.appendEvents('run', [eventOf(1)]);
        expect(await loadEvents('run')).toEqual([eventOf(1)]);
      });

      test('keeps the order in which calls came, whatever is written together', async () => {
        let run = 0;
        const turns = fc.array(
          fc.record({
            log: fc.integer({ min: 0, max: 2 }),
            events: fc.integer({ min: 1, max: 3 }),
            pause: fc.boolean(),
          }),
          { maxLength: 20 },
        );
        const property = fc.asyncProperty(turns, async (turns) => {
          const ids = [0, 1, 2].map((log) => `run-${run}-${log}`);
          run++;
          await Promise.all(ids.map((id) => store.runs.create(runOf(id))));
          const last = [0, 0, 0];
          const calls: Promise<void>[] = [];
          const acknowledged: number[] = [];
          for (const [turn, { log, events, pause }] of turns.entries()) {
            const from = (last[log] ?? 0) + 1;
            last[log] = from + events - 1;
            const call = store.runs.appendEvents(ids[log] ?? '', eventsOf(from, from + events - 1));
            calls.push(call.then(() => void acknowledged.push(turn)));
            if (pause) await new Promise(setImmediate);
          }
          await Promise.all(calls);
          expect(acknowledged).toEqual(turns.map((_, turn) => turn));
          for (const [log, id] of ids.entries())
            expect(await loadEvents(id)).toEqual(eventsOf(1, last[log] ?? 0));
        });
        await fc.assert(property, { numRuns: 25 });
      });

      test('a snapshot takes the place of the events that it covers', async () => {
        await store.runs.appendEvents('run', eventsOf(1, 5));
        await store.runs.saveSnapshot('run', snapshotOf(3));
        await reopen();
        expect(await store.runs.loadProgress('run')).toEqual({
          snapshot: snapshotOf(3),
          events: eventsOf(4, 5),
        });
        await store.runs.saveSnapshot('run', snapshotOf(6, 'full'));
        expect(await store.runs.loadProgress('run')).toEqual({ snapshot: snapshotOf(6, 'full'), events: [] });
        await expect(store.runs.appendEvents('run', [eventOf(1)])).rejects.toThrow('expected event 7');
        await store.runs.appendEvents('run', [eventOf(7)]);
        expect(await loadEvents('run')).toEqual([eventOf(7)]);
      });

      test('a snapshot is neither of an older moment nor of no run', async () => {
        await store.runs.appendEvents('run', eventsOf(1, 5));
        await store.runs.saveSnapshot('run', snapshotOf(3));
        await store.runs.saveSnapshot('run', snapshotOf(3, 'again'));
        await expect(store.runs.saveSnapshot('run', snapshotOf(2))).rejects.toThrow('event 3 or later');
        await expect(store.runs.saveSnapshot('none', snapshotOf(2))).rejects.toThrow('no run none');
        expect(await store.runs.loadProgress('run')).toEqual({
          snapshot: snapshotOf(3, 'again'),
          events: eventsOf(4, 5),
        });
      });

      test('is written in the order of calls, snapshots among events', async () => {
        await Promise.all([
          store.runs.appendEvents('run', eventsOf(1, 2)),
          store.runs.saveSnapshot('run', snapshotOf(2)),
          store.runs.appendEvents('run', [eventOf(3)]),
        ]);
        expect(await store.runs.loadProgress('run')).toEqual({
          snapshot: snapshotOf(2),
          events: [eventOf(3)],
        });
      });

      test('holds all that was acknowledged when the process is killed', async () => {
        let next = 1;
        for (const acknowledgements of [1, 40, 200]) {
          await store.close();
          const child = spawn(process.execPath, [program, url, 'run', String(next)], {
            stdio: ['ignore', 'pipe', 'inherit'],
          });
          const acknowledged = await killAfter(child, acknowledgements);
          store = await openStore(url);
          const events = await loadEvents('run');
          expect(Math.max(...acknowledged)).toBeGreaterThanOrEqual(next + acknowledgements - 1);
          expect(events.length).toBeGreaterThanOrEqual(Math.max(...acknowledged));
          expect(events).toEqual(eventsOf(1, events.length));
          next = events.length + 1;
        }
      });
    });

    test('finished rounds come with their snapshots and are listed in order', async () => {
      await store.runs.create(runOf('run'));
      await store.runs.create(runOf('other'));
      const roundOf = (round: number) => ({
        round,
        finishedAt: 5000 + round,
        record: { round, loss: 1 / round },
      });
      for (const round of [1, 2, 10, 11])
        await store.runs.saveSnapshot('run', snapshotOf(round), roundOf(round));
      await store.runs.saveSnapshot('other', snapshotOf(1), roundOf(1));
      await reopen();
      expect(await store.runs.listRounds('run')).toEqual([1, 2, 10, 11].map(roundOf));
      expect(await store.runs.listRounds('run', 2)).toEqual([10, 11].map(roundOf));
      expect(await store.runs.listRounds('run', 11)).toEqual([]);
      expect(await store.runs.listRounds('other')).toEqual([roundOf(1)]);
    });

    test('the log for people keeps its order and its last entries', async () => {
      const entryOf = (at: number): LogEntry => ({
        at,
        level: at % 2 === 0 ? 'info' : 'error',
        run: at % 3 === 0 ? null : 'run',
        device: at % 5 === 0 ? null : 'device',
        text: `Entry ${at}`,
      });
      const entriesOf = (from: number, to: number) =>
        Array.from({ length: to - from + 1 }, (_, index) => entryOf(from + index));
      expect(await store.runs.listLog(10)).toEqual([]);
      await Promise.all([store.runs.appendLog(entriesOf(1, 3)), store.runs.appendLog([entryOf(4)])]);
      await store.runs.appendLog([]);
      await store.runs.appendLog([{ ...entryOf(5), text: 'a\0b' }]);
      expect(await store.runs.listLog(2)).toEqual([entryOf(4), { ...entryOf(5), text: 'a\uFFFDb' }]);
      await store.runs.appendLog(entriesOf(6, 10_003));
      await reopen();
      const kept = await store.runs.listLog(20_000);
      expect(kept).toHaveLength(10_000);
      expect(kept.slice(2)).toEqual(entriesOf(6, 10_003));
    });

    describe('devices and tokens', () => {
      beforeEach(async () => {
        await store.runs.create(runOf('run'));
        await store.runs.create(runOf('other'));
      });

      const enrol = (
        device: NewDevice,
        token: string,
        { at = 7000, addressHash = null }: Partial<Entry> = {},
      ) => store.devices.enrol(device, { tokenHash: `hash of ${token}`, at, addressHash });
      const tokenCalled = async (id: string) => (await store.tokens.list()).find((token) => token.id === id);

      test('tokens are listed in order of creation, each only once', async () => {
        const tokens = ['z', 'a'].map((id) => tokenOf(id, 'run', { usesLeft: 3, expiresAt: 9000.5 }));
        for (const token of tokens) await store.tokens.create(token);
        await expect(store.tokens.create(tokenOf('z', 'run', { hash: 'new' }))).rejects.toThrow('already');
        await expect(store.tokens.create(tokenOf('new', 'run', { hash: 'hash of z' }))).rejects.toThrow(
          'already',
        );
        await expect(store.tokens.create(tokenOf('new', 'no-run'))).rejects.toThrow('no run no-run');
        await reopen();
        expect(await store.tokens.list()).toEqual(
          tokens.map((token) => ({ ...token, revoked: false, devices: 0, held: false })),
        );
      });

      test('a device is let into the run of its token, and counted', async () => {
        await store.tokens.create(tokenOf('token', 'other', { usesLeft: 2 }));
        const enrolled = await enrol({ ...deviceOf(1), name: 'No\0name' }, 'token');
        const expected = {
          ...deviceOf(1),
          name: 'No\uFFFDname',
          run: 'other',
          place: 1,
          enrolledAt: 7000,
          revoked: false,
          quarantined: false,
          token: 'token',
        };
        expect(enrolled).toEqual(expected);
        await reopen();
        expect(await store.devices.find('device-1')).toEqual(expected);
        expect(await store.devices.find('device-2')).toBeUndefined();
        expect(await tokenCalled('token')).toMatchObject({ usesLeft: 1, devices: 1 });
      });

      test('devices are listed in order of enrolment, all or those of a run', async () => {
        for (const run of ['run', 'other']) await store.tokens.create(tokenOf(`into-${run}`, run));
        for (const [number, run] of [
          [3, 'run'],
          [1, 'other'],
          [2, 'run'],
        ] as const) {
          await enrol(deviceOf(number), `into-${run}`);
        }
        const ids = async (run?: string) =>
          (await store.devices.list(run)).map(({ id, place }) => [id, place]);
        expect(await ids()).toEqual([
          ['device-3', 1],
          ['device-1', 2],
          ['device-2', 3],
        ]);
        expect(await ids('run')).toEqual([
          ['device-3', 1],
          ['device-2', 3],
        ]);
        expect(await ids('none')).toEqual([]);
      });

      test('a key that is enrolled keeps its device and uses nothing', async () => {
        await store.tokens.create(tokenOf('token', 'run', { usesLeft: 5 }));
        const [first, ...repeats] = await Promise.all([
          enrol({ ...deviceOf(1), id: 'first' }, 'token'),
          enrol({ ...deviceOf(1), id: 'second' }, 'token'),
          enrol({ ...deviceOf(1), id: 'third' }, 'no such token'),
        ]);
        expect(first).toMatchObject({ id: 'first', place: 1 });
        expect(repeats).toEqual([first, first]);
        expect(await store.devices.list()).toEqual([first]);
        expect(await tokenCalled('token')).toMatchObject({ usesLeft: 4, devices: 1 });
      });

      test('a token lets nobody in once it is used, expired, revoked or was never made', async () => {
        await store.tokens.create(tokenOf('used', 'run', { usesLeft: 1 }));
        await store.tokens.create(tokenOf('expired', 'run', { expiresAt: 7000 }));
        await store.tokens.create(tokenOf('revoked', 'run'));
        expect(await store.tokens.revoke('revoked')).toBe(true);
        expect(await store.tokens.revoke('never-made')).toBe(false);
        await enrol(deviceOf(1), 'used', { at: 6999 });
        await enrol(deviceOf(2), 'expired', { at: 6999 });
        const refusals = [];
        for (const token of ['used', 'expired', 'revoked', 'never-made']) {
          const refusal = await enrol(deviceOf(9), token);
          const entry = { tokenHash: `hash of ${token}`, at: 7000, addressHash: null };
          expect(await store.devices.findEntrance(entry)).toBe(refusal);
          refusals.push(refusal);
        }
        expect(refusals).toEqual(['token-used', 'token-expired', 'token-revoked', 'token-invalid']);
        expect((await store.devices.list()).map(({ id }) => id)).toEqual(['device-1', 'device-2']);
        expect(await tokenCalled('revoked')).toMatchObject({ revoked: true, devices: 0 });
      });

      test('of many that come at once, a token with one use left lets exactly one in', async () => {
        await store.tokens.create(tokenOf('token', 'run', { usesLeft: 1 }));
        const answers = await Promise.all(
          Array.from({ length: 30 }, (_, index) => enrol(deviceOf(index), 'token')),
        );
        expect(answers.filter((answer) => typeof answer === 'object')).toHaveLength(1);
        expect(answers.filter((answer) => answer === 'token-used')).toHaveLength(29);
        expect(await store.devices.list()).toHaveLength(1);
        expect(await tokenCalled('token')).toMatchObject({ usesLeft: 0, devices: 1 });
      });

      test('an id belongs to one key, and a token is not used up by who is refused', async () => {
        await store.tokens.create(tokenOf('token', 'run', { usesLeft: 5 }));
        await enrol(deviceOf(1), 'token');
        const impostor = { ...deviceOf(2), id: 'device-1' };
        await expect(enrol(impostor, 'token')).rejects.toThrow('device-1 already');
        expect(await tokenCalled('token')).toMatchObject({ usesLeft: 4, devices: 1 });
      });

      test('a device that is revoked stays known as such', async () => {
        await store.tokens.create(tokenOf('token', 'run'));
        await enrol(deviceOf(1), 'token');
        expect(await store.devices.revoke('device-1', 7500)).toBe(true);
        expect(await store.devices.revoke('device-2', 7500)).toBe(false);
        await reopen();
        expect(await store.devices.find('device-1')).toMatchObject({ revoked: true });
        expect(await enrol(deviceOf(1), 'token', { at: 8000 })).toMatchObject({ revoked: true });
      });

      test('the token of a revoked device lets in nobody new, and keeps those that it has let in', async () => {
        await store.tokens.create(tokenOf('token', 'run'));
        await store.tokens.create(tokenOf('other-token', 'run'));
        const [, second] = [await enrol(deviceOf(1), 'token'), await enrol(deviceOf(2), 'token')];
        await store.devices.revoke('device-1', 7500);
        await reopen();
        expect(await tokenCalled('token')).toMatchObject({ held: true, revoked: false, devices: 2 });
        expect(await enrol(deviceOf(3), 'token', { at: 1e12 })).toBe('token-held');
        expect(await enrol(deviceOf(2), 'token')).toEqual(second);
        expect(await enrol(deviceOf(3), 'other-token')).toMatchObject({ id: 'device-3' });
      });

      test('for a day, an older token lets nobody in from the address of a revoked device', async () => {
        const [revokedAt, addressHash] = [7500, 'here'];
        for (const [id, createdAt] of [
          ['own', 1000],
          ['older', 7499],
          ['newer', 7500],
        ] as const) {
          await store.tokens.create(tokenOf(id, 'run', { createdAt }));
        }
        await enrol(deviceOf(1), 'own', { addressHash });
        await store.devices.revoke('device-1', revokedAt);
        // A second revocation of the same device makes the day no longer.
        await store.devices.revoke('device-1', revokedAt + 5000);
        await reopen();
        const end = revokedAt + REVOKED_ADDRESS_MS;
        expect(await enrol(deviceOf(2), 'older', { at: end - 1, addressHash })).toBe('token-held');
        expect(await enrol(deviceOf(2), 'newer', { at: 8000, addressHash })).toMatchObject({
          id: 'device-2',
        });
        expect(await enrol(deviceOf(3), 'older', { at: 8000, addressHash: 'there' })).toMatchObject({
          id: 'device-3',
        });
        expect(await enrol(deviceOf(4), 'older', { at: 8000 })).toMatchObject({ id: 'device-4' });
        expect(await enrol(deviceOf(5), 'older', { at: end, addressHash })).toMatchObject({ id: 'device-5' });
      });

      test('whatever is made, enrolled and revoked in whatever order, the rules decide who is let in', async () => {
        let trials = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 40 }), async (actions) => {
            const model = new EnrolmentModel(`trial-${++trials}`);
            for (const each of actions) expect(await model.carryOut(store, each)).toEqual(model.expected);
          }),
          { numRuns: 40 },
        );
      });
    });

    test('secrets keep their first value until they are replaced', async () => {
      expect(await store.secrets.get('key')).toBeUndefined();
      const values = await Promise.all(['one', 'two'].map((value) => store.secrets.keepFirst('key', value)));
      expect(values).toEqual(['one', 'one']);
      await store.secrets.replace('key', 'three');
      await store.secrets.replace('other', 'four');
      await reopen();
      expect(await store.secrets.get('key')).toBe('three');
      expect(await store.secrets.keepFirst('key', 'five')).toBe('three');
      expect(await store.secrets.get('other')).toBe('four');
    });

    test('checks itself, and finishes what is being written before it closes', async () => {
      await store.check();
      await store.runs.create(runOf('run'));
      const late = store.runs.appendEvents('run', eventsOf(1, 100));
      await store.close();
      await late;
      await expect(store.runs.appendEvents('run', [eventOf(101)])).rejects.toThrow('closed');
      store = await openStore(url);
      expect((await store.runs.loadProgress('run')).events).toHaveLength(100);
    });

    test('is opened by one at a time', async () => {
      await expect(openStore(url)).rejects.toMatchObject({ name: 'InputError', code: 'store-in-use' });
      await reopen();
      await store.check();
    });
  });
}

/** An event that no JSON can be made of. */
function cyclic(): StoredEvent['event'] {
  const event: { type: 'stopped'; self?: unknown } = { type: 'stopped' };
  event.self = event;
  return event;
}

/** Kills a child process once it has printed so many numbers; returns those that it printed. */
async function killAfter(child: ChildProcess, numbers: number): Promise<number[]> {
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.split('\n').length > numbers) child.kill('SIGKILL');
  });
  await once(child, 'close');
  expect(child.signalCode).toBe('SIGKILL');
  // The last one may be cut short.
  return printed.split('\n').slice(0, -1).map(Number);
}
