import { inspect } from 'node:util';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from './open-store.ts';
import { openPostgres } from './postgres/open-postgres.ts';
import { sqlStore } from './sql/sql-store.ts';
import { describeStoreContract } from './store.contract.ts';
import type { Store } from './store.ts';
import { type CuttingProxy, startCuttingProxy } from './testing/cutting-proxy.ts';
import { clusterPassword, type PostgresCluster, startPostgres } from './testing/postgres-cluster.ts';
import { deviceOf, eventOf, eventsOf, runOf, snapshotOf, tokenOf } from './testing/sample-values.ts';

let cluster: PostgresCluster;
beforeAll(async () => {
  cluster = await startPostgres();
});
afterAll(() => cluster.remove());

describeStoreContract('PostgreSQL', () => cluster.createDatabase());

const loadEvents = async (store: Store) => (await store.runs.loadProgress('run')).events;

describe('a server that restarts', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore(await cluster.createDatabase());
    await store.runs.create(runOf('run'));
  });
  afterEach(() => store.close());

  test.each(['fast', 'immediate'] as const)(
    'while events are written (%s) costs none of them, and writes none twice',
    async (mode) => {
      let appended = 0;
      let going = true;
      const write = async () => {
        const calls: Promise<void>[] = [];
        while (going) {
          calls.push(store.runs.appendEvents('run', [eventOf(++appended)]));
          if (appended % 7 === 0) await Promise.all(calls.splice(0));
        }
        await Promise.all(calls);
      };
      const writing = write();
      for (const _ of [1, 2, 3]) {
        const before = appended;
        while (appended < before + 50) await new Promise(setImmediate);
        await cluster.halt(mode);
        await cluster.start();
      }
      going = false;
      await writing;
      expect(await loadEvents(store)).toEqual(eventsOf(1, appended));
    },
  );

  test('is not noticed by who writes before and after', async () => {
    await store.runs.appendEvents('run', [eventOf(1)]);
    await cluster.halt('fast');
    await cluster.start();
    expect(await loadEvents(store)).toEqual([eventOf(1)]);
    await store.runs.appendEvents('run', [eventOf(2)]);
    expect(await loadEvents(store)).toEqual(eventsOf(1, 2));
  });

  test('is away for reads and writes alike, which wait, and for a check, which does not', async () => {
    await cluster.halt('fast');
    const writing = store.runs.appendEvents('run', [eventOf(1)]);
    const reading = store.runs.list();
    await expect(store.check()).rejects.toMatchObject({ name: 'InputError', code: 'store-unreachable' });
    await cluster.start();
    await writing;
    expect(await reading).toHaveLength(1);
    await store.check();
  });
});

describe('a connection at a commit', () => {
  let proxy: CuttingProxy;
  let store: Store;
  beforeEach(async () => {
    const address = new URL(await cluster.createDatabase());
    proxy = await startCuttingProxy(cluster.socket);
    const url = address.href.replace(address.host, `127.0.0.1:${proxy.port}`);
    store = sqlStore(await openPostgres({ url, name: 'the store' }, { answerTimeoutMs: 2000 }));
    await store.runs.create(runOf('run'));
    await store.tokens.create(tokenOf('token', 'run', { usesLeft: 1 }));
  });
  afterEach(async () => {
    await store.close();
    await proxy.close();
  });

  test('that falls silent is given up, with what the server holds for it', async () => {
    proxy.disturbNextCommit('silence');
    await Promise.all([1, 2, 3].map((sequence) => store.runs.appendEvents('run', [eventOf(sequence)])));
    expect(proxy.disturbances).toBe(1);
    expect(await loadEvents(store)).toEqual(eventsOf(1, 3));
  });

  describe.each(['cut-before', 'cut-after'] as const)('that is lost (%s)', (how) => {
    beforeEach(() => proxy.disturbNextCommit(how));
    afterEach(() => expect(proxy.disturbances).toBe(1));

    test('appends events once', async () => {
      await Promise.all([1, 2, 3].map((sequence) => store.runs.appendEvents('run', [eventOf(sequence)])));
      expect(await loadEvents(store)).toEqual(eventsOf(1, 3));
    });

    test('enrols a device once, and tells which', async () => {
      const enrolled = await store.devices.enrol(deviceOf(1), {
        tokenHash: 'hash of token',
        at: 7000,
        addressHash: null,
      });
      expect(enrolled).toMatchObject({ id: 'device-1', place: 1 });
      expect(await store.devices.list()).toEqual([enrolled]);
      expect(await store.tokens.list()).toMatchObject([{ usesLeft: 0, devices: 1 }]);
    });

    test('saves a snapshot, and goes on after it', async () => {
      await Promise.all([
        store.runs.appendEvents('run', eventsOf(1, 2)),
        store.runs.saveSnapshot('run', snapshotOf(2)),
      ]);
      await store.runs.appendEvents('run', [eventOf(3)]);
      expect(await store.runs.loadProgress('run')).toEqual({ snapshot: snapshotOf(2), events: [eventOf(3)] });
    });

    test('makes a run, and entries of the log, once', async () => {
      const entry = { at: 1, level: 'info', run: null, device: null, text: 'Once' } as const;
      await Promise.all([store.runs.create(runOf('new')), store.runs.appendLog([entry])]);
      expect((await store.runs.list()).map(({ id }) => id)).toEqual(['run', 'new']);
      expect(await store.runs.listLog(10)).toEqual([entry]);
    });

    test('refuses what is wrong all the same', async () => {
      const outcomes = await Promise.allSettled([
        store.runs.appendEvents('run', [eventOf(2)]),
        store.runs.appendEvents('run', [eventOf(1)]),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
      expect(await loadEvents(store)).toEqual([eventOf(1)]);
    });
  });
});

describe('a server that does not come back', () => {
  const openImpatiently = async (url: string) => {
    const store = sqlStore(await openPostgres({ url, name: 'the store' }, { retryForMs: 300 }));
    await store.runs.create(runOf('run'));
    return store;
  };

  test('is told to whoever waits, and what they wrote is not there', async () => {
    const url = await cluster.createDatabase();
    const store = await openImpatiently(url);
    await cluster.halt('fast');
    const calls = [store.runs.appendEvents('run', [eventOf(1)]), store.secrets.replace('name', 'value')];
    expect(await Promise.allSettled(calls)).toMatchObject([
      { status: 'rejected', reason: { name: 'InputError', code: 'store-unreachable' } },
      { status: 'rejected', reason: { name: 'InputError', code: 'store-unreachable' } },
    ]);
    await cluster.start();
    expect(await loadEvents(store)).toEqual([]);
    await store.runs.appendEvents('run', [eventOf(1)]);
    await store.close();
  });

  test('may have given the store to another coordinator, which keeps it', async () => {
    const url = await cluster.createDatabase();
    const store = await openImpatiently(url);
    const other = new Client({ connectionString: url });
    await other.connect();
    await other.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'`);
    await other.query('select pg_advisory_lock($1)', [0x4c4547454e44]);
    await expect(store.runs.appendEvents('run', [eventOf(1)])).rejects.toMatchObject({
      code: 'store-in-use',
    });
    expect(await cluster.query(url, 'select * from legend.events')).toEqual([]);
    await other.end();
    await store.runs.appendEvents('run', [eventOf(1)]);
    await store.close();
  });
});

describe('a database that cannot be opened', () => {
  let database: string;
  beforeAll(async () => {
    database = new URL(await cluster.createDatabase()).pathname.slice(1);
  });

  async function refusal(url: string): Promise<{ code: string; message: string }> {
    const error: unknown = await openStore(url).catch((error: unknown) => error);
    for (const secret of [clusterPassword, encodeURIComponent(clusterPassword), 'wr0ng']) {
      expect(inspect(error, { depth: 9, showHidden: false })).not.toContain(secret);
    }
    expect(error).toMatchObject({ name: 'InputError' });
    return error as Error & { code: string };
  }

  test('for a wrong password or user', async () => {
    expect(await refusal(cluster.addressOf(database, 'legend', 'wr0ng'))).toMatchObject({
      code: 'store-login',
      message: expect.stringMatching(/postgres:\/\/legend@.*password authentication failed.*Correct user/),
    });
    expect((await refusal(cluster.addressOf(database, 'nobody'))).code).toBe('store-login');
    expect((await refusal(cluster.addressOf(database, 'legend', ''))).code).toBe('store-login');
  });

  test('for a database that there is none of', async () => {
    const { code, message } = await refusal(cluster.addressOf('no_such_database'));
    expect(code).toBe('store-no-database');
    expect(message).toContain('createdb');
  });

  test('where no server is', async () => {
    const nowhere = `postgres://legend:${encodeURIComponent(clusterPassword)}@127.0.0.1:1/${database}`;
    expect((await refusal(nowhere)).code).toBe('store-unreachable');
    expect((await refusal(nowhere.replace('127.0.0.1:1', '%2Fno-folder'))).code).toBe('store-unreachable');
  });

  test('where the user may make nothing in it', async () => {
    const admin = cluster.addressOf(database);
    await cluster.query(admin, `create role guest login password 'gu3st'`);
    expect((await refusal(cluster.addressOf(database, 'guest', 'gu3st'))).code).toBe('store-no-right');
  });

  test('of a newer version', async () => {
    const url = await cluster.createDatabase();
    await (await openStore(url)).close();
    await cluster.query(url, 'update legend.store set version = 1000');
    expect((await refusal(url)).code).toBe('store-version');
  });
});

test('a database may hold tables of others beside the store', async () => {
  const url = await cluster.createDatabase();
  await cluster.query(url, 'create table runs (id integer)');
  const store = await openStore(url);
  await store.runs.create(runOf('run'));
  expect(await store.runs.list()).toHaveLength(1);
  await store.close();
});
