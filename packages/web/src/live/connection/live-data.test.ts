import type { LogEntry } from '@legend-fl/protocol';
import { expect, test } from 'vitest';
import { sampleRun } from '../../testing/sample-run.fixture.ts';
import { applyEvent, nothingYet } from './live-data.ts';

const { devices, rounds } = sampleRun({ devices: 4, rounds: 3, at: 1_700_000_000_000 });

test('a device that changes replaces what was known of it; the others stay', () => {
  const before = applyEvent(nothingYet, { type: 'devices', devices });
  const [first] = devices;
  if (first === undefined) throw new Error('the sample is empty');
  const after = applyEvent(before, { type: 'devices', devices: [{ ...first, step: 7 }] });
  expect(after.devices.size).toBe(4);
  expect(after.devices.get(first.id)?.step).toBe(7);
  expect(before.devices.get(first.id)).toBe(first);
});

test('rounds are in order of their numbers, each once', () => {
  const [one, two, three] = rounds;
  if (!one || !two || !three) throw new Error('the sample is empty');
  const later = applyEvent(nothingYet, { type: 'rounds', rounds: [three, one] });
  const { rounds: known } = applyEvent(later, { type: 'rounds', rounds: [two, { ...three, loss: 0.1 }] });
  expect(known.get('run-1')?.map(({ round }) => round)).toEqual([1, 2, 3]);
  expect(known.get('run-1')?.[2]?.loss).toBe(0.1);
});

test('of a long log the last entries are kept and the others counted', () => {
  const entries = Array.from({ length: 700 }, (_, at): LogEntry => {
    return { at, level: 'info', run: null, device: null, text: `entry ${at}` };
  });
  const once = applyEvent(nothingYet, { type: 'log', entries });
  const twice = applyEvent(once, { type: 'log', entries });
  expect(twice.log).toHaveLength(1000);
  expect(twice.entriesForgotten).toBe(400);
  expect(twice.log.at(-1)?.at).toBe(699);
});
