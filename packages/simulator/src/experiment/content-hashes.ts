import { createHash } from 'node:crypto';
import type { Fleet } from '../fleet/fleet.ts';
import type { ExperimentData } from './experiment-resources.ts';

/** sha256 of a fleet's content, whatever the layout of its file. */
export function hashFleet(fleet: Fleet): string {
  return createHash('sha256').update(JSON.stringify(fleet)).digest('hex');
}

/** sha256 of the examples as they were read, in their order, and of the names of their classes. */
export function hashData({ classes, train, test }: ExperimentData): string {
  const hash = createHash('sha256').update(JSON.stringify(classes));
  for (const { text, textPair, label, key } of train) addLine(hash, [text, textPair, label, key]);
  hash.update('test');
  for (const { text, textPair, label } of test) addLine(hash, [text, textPair, label]);
  return hash.digest('hex');
}

function addLine(hash: ReturnType<typeof createHash>, values: readonly unknown[]): void {
  hash.update(`${JSON.stringify(values)}\n`);
}
