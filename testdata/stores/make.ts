/**
 * Makes the database that tests migrate, with the program of an older commit: what a store holds of each kind.
 *
 *     git worktree add /tmp/old 0e78c05 && (cd /tmp/old && node scripts/set-up.js)
 *     node testdata/stores/make.ts /tmp/old testdata/stores/version-1.sqlite
 */
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

const [, , checkout = '', file = ''] = process.argv;
const load = (path: string) =>
  import(pathToFileURL(resolve(checkout, 'packages/federation/src/node/store', path)).href);
const { openStore } = await load('open-store.ts');
const { deviceOf, eventsOf, runOf, snapshotOf, tokenOf } = await load('testing/sample-values.ts');

await rm(file, { force: true });
const store = await openStore(file);
await store.runs.create(runOf('run'));
await store.runs.appendEvents('run', eventsOf(1, 3));
await store.runs.saveSnapshot('run', snapshotOf(2), { round: 1, finishedAt: 5000, record: { accuracy: 0.5 } });
await store.runs.appendLog([{ at: 4000, level: 'info', run: 'run', device: 'device-1', text: 'Has joined.' }]);
await store.tokens.create(tokenOf('used', 'run', { usesLeft: 1 }));
await store.tokens.create(tokenOf('many', 'run', { expiresAt: 9000 }));
await store.devices.enrol(deviceOf(1), 'hash of used', 7000);
await store.devices.enrol(deviceOf(2), 'hash of many', 7001);
await store.devices.revoke('device-2');
await store.secrets.keepFirst('session-key', 'secret');
await store.close();
await rm(`${file}.lock`);

// What is left of pages while the tables were made is of no interest.
const database = new DatabaseSync(file);
database.exec('pragma journal_mode = delete; vacuum;');
database.close();
