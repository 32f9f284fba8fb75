import { writeSync } from 'node:fs';
import { openStore } from '../open-store.ts';
import { eventOf } from './sample-values.ts';

/**
 * Appends events to a run, several at a time, until it is killed. Prints the number of each as soon as it is
 * acknowledged. Arguments: the store, the run, and the first event's number.
 */
const [, , url = '', run = '', first = ''] = process.argv;
const store = await openStore(url);
const BURST = 16;
for (let next = Number(first); ; next += BURST) {
  await Promise.all(
    Array.from({ length: BURST }, async (_, index) => {
      await store.runs.appendEvents(run, [eventOf(next + index)]);
      writeSync(1, `${next + index}\n`);
    }),
  );
}
