import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEntry } from '@legend-fl/protocol';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore } from '../store/open-store.ts';
import { Journal } from './journal.ts';

const minute = 60_000;
const lineOf = (device: string | null, at: number, text = 'Has left.'): LogEntry => ({
  at,
  level: 'info',
  run: 'run',
  device,
  text,
});

async function openJournal() {
  const dir = await mkdtemp(join(tmpdir(), 'legend-journal-'));
  const store = await openStore(join(dir, 'store.sqlite'));
  onTestFinished(() => store.close());
  const told: LogEntry[] = [];
  const journal = await Journal.open(store.runs);
  journal.subscribe((entry) => told.push(entry));
  return { store, told, journal };
}

describe('the log of a coordinator', () => {
  test('has six lines a minute of each device, then one about those that are left out', async () => {
    const { journal, told, store } = await openJournal();
    for (let number = 0; number < 100; number++) {
      journal.add(lineOf('loud', number));
      if (number % 20 === 0) journal.add(lineOf('quiet', number));
    }
    journal.add(lineOf(null, minute - 1, 'The run goes on.'));
    expect(told.filter(({ device }) => device === 'loud')).toHaveLength(6);
    expect(told.filter(({ device }) => device === 'quiet')).toHaveLength(5);
    journal.add(lineOf('quiet', minute));
    expect(told.at(-2)).toEqual({
      ...lineOf('loud', 99, '94 more lines of it within a minute are left out.'),
      level: 'warning',
    });
    journal.add(lineOf('loud', minute + 1));
    expect(told.at(-1)).toEqual(lineOf('loud', minute + 1));
    await journal.settled();
    expect(await store.runs.listLog(1000)).toEqual(told);
    expect(journal.shown).toEqual(told);
  });

  test('tells what was left out before it closes', async () => {
    const { journal, told } = await openJournal();
    for (let number = 0; number < 8; number++) journal.add(lineOf('loud', number));
    expect(told).toHaveLength(6);
    await journal.settled();
    expect(told.slice(6).map(({ text }) => text)).toEqual([
      '2 more lines of it within a minute are left out.',
    ]);
  });

  test('has all that operators did, also to a device that was loud', async () => {
    const { journal, told } = await openJournal();
    for (let number = 0; number < 50; number++) journal.add(lineOf('loud', number));
    journal.addAlways(lineOf('loud', 50, 'Laptop is revoked.'));
    expect(told.at(-1)?.text).toBe('Laptop is revoked.');
  });

  test('counts every line that it leaves out, whatever comes when', async () => {
    const { journal, told } = await openJournal();
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', null), fc.nat(20_000)), {
      maxLength: 200,
    });
    let at = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (lines) => {
        told.length = 0;
        const given = lines.map(([device, later]) => {
          at += later;
          return lineOf(device, at);
        });
        for (const line of given) journal.add(line);
        await journal.settled();
        for (const device of ['a', 'b', 'c', null]) {
          const mine = told.filter((entry) => entry.device === device);
          const written = mine.filter(({ level }) => level === 'info');
          const leftOut = mine
            .filter(({ level }) => level === 'warning')
            .reduce((sum, { text }) => sum + Number.parseInt(text, 10), 0);
          expect(written.length + leftOut).toBe(given.filter((line) => line.device === device).length);
          if (device === null) expect(leftOut).toBe(0);
          for (const { at: from } of written) {
            const within = written.filter((entry) => entry.at >= from && entry.at < from + minute);
            // A minute begins with a first line, so any one touches two of them at most.
            expect(device === null || within.length <= 12).toBe(true);
          }
        }
        at += 2 * minute;
      }),
      { numRuns: 100 },
    );
  });
});
