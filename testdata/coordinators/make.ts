/**
 * Made `bricked/`: the folder of a coordinator of version 0e78c05 whose log holds what one lying device could get into
 * it, an update with `bytesDown` of 2^53 - 1 and a loss of 1.7e308. That version could never open it again.
 *
 *     git worktree add /tmp/legend-0e78c05 0e78c05
 *     cd /tmp/legend-0e78c05 && node scripts/set-up.js
 *     node_modules/.bin/node <this file> <folder to make>
 */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A `TestDevice` of that version. */
interface Device {
  reportCapacity(): Promise<void>;
  work(): Promise<boolean>;
}

const [out] = process.argv.slice(2);
if (out === undefined) throw new Error('Name the folder to make.');
const fixture = pathToFileURL(
  join(process.cwd(), 'packages/federation/src/node/coordinator/coordinator.fixture.ts'),
).href;
const { openPlace, makeRun } = await import(fixture);

const place = await openPlace();
const { run, devices } = await makeRun(place, { rounds: 3, minimumDevices: 2 }, 2);
await Promise.all(devices.map((device: Device) => device.reportCapacity()));
await Promise.all(devices.map((device: Device) => device.work()));
const [honest, liar] = devices;
const [, assignment] = await Promise.all([honest.awaitTraining(), liar.awaitTraining()]);
const { message, report } = await liar.train(assignment);
await liar.upload(message);
await liar.hand({ ...report, bytesDown: 2 ** 53 - 1, loss: 1.7e308, examples: 2 ** 53 - 1 });
// With the second update the round is evaluated. That event is stored, and taking it over throws.
await honest.work();
for (let events = 0; events < 4; ) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  events = (await place.store.runs.loadProgress(run)).events.length;
}
await place.coordinator.stop();
await place.store.close();
await mkdir(out, { recursive: true });
for (const name of ['coordinator.sqlite', 'blobs']) {
  await cp(join(place.dir, name), join(out, name), { recursive: true });
}
await openPlace({ dir: place.dir }).then(
  () => {
    throw new Error('That version opens it again: it proves nothing.');
  },
  (error: Error) => console.log(`That version can never open it again: ${error.message.slice(0, 200)}`),
);
process.exit();
