import { appendFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RoundRecord } from '../../round-record.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allRounds } from '../../testing/all-rounds.ts';
import { appendRound, cutRounds } from './rounds-file.ts';
import { sampleRun } from '../../testing/sample-run.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-rounds-'));
  path = join(folder, 'rounds.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const records = sampleRun({ devices: 2, rounds: 4 }).rounds.get('legend') ?? [];

const whole = (record: RoundRecord) => record;

async function appendAll(rounds: readonly RoundRecord[]): Promise<void> {
  for (const record of rounds) await appendRound(path, record);
}

test('rounds come back as they were appended, with fields of the writer', async () => {
  const extended = records.map((record) => ({ ...record, plannedSeconds: 1.5 }));
  await appendAll(extended);
  expect(await allRounds(path)).toEqual(extended);
});

test('no file is no rounds', async () => {
  expect(await allRounds(path)).toEqual([]);
});

test('a last line torn at any byte does not count, and appending goes on after it is cut', async () => {
  await appendAll(records.slice(0, 2));
  const text = await readFile(path, 'utf8');
  const third = `${JSON.stringify(records[2])}\n`;
  for (const bytes of [1, 50, third.length - 1]) {
    await writeFile(path, text + third.slice(0, bytes));
    expect(await allRounds(path)).toEqual(records.slice(0, 2));
    expect(await cutRounds(path, 2, whole)).toEqual(records.slice(0, 2));
    expect(await readFile(path, 'utf8')).toBe(text);
    await appendAll(records.slice(2));
    expect(await allRounds(path)).toEqual(records);
  }
});

test('rounds past the checkpoint are cut', async () => {
  await appendAll(records);
  expect(await cutRounds(path, 1, whole)).toEqual(records.slice(0, 1));
  expect(await allRounds(path)).toEqual(records.slice(0, 1));
  expect(await cutRounds(path, 0, whole)).toEqual([]);
  expect(await readFile(path, 'utf8')).toBe('');
});

test('a checkpoint past the rounds is refused', async () => {
  await appendAll(records.slice(0, 2));
  await expect(cutRounds(path, 3, whole)).rejects.toThrow(
    `${path}:3: expected rounds up to 3, got the end of the file.`,
  );
});

test.each([
  ['a line that is no JSON', 'not json\n', /rounds\.jsonl:3: expected a round as JSON, got not json\./],
  [
    'a field of the wrong type',
    `${JSON.stringify({ ...records[2], bytesUp: '3' })}\n`,
    /rounds\.jsonl:3: bytesUp: expected a finite number, got "3"\./,
  ],
  ['a round twice', `${JSON.stringify(records[1])}\n`, /rounds\.jsonl:3: expected round 3, got round 2\./],
])('%s is named by file and line', async (_, line, message) => {
  await appendAll(records.slice(0, 2));
  await appendFile(path, line);
  await expect(allRounds(path)).rejects.toThrow(message);
});

test('a damaged line past the checkpoint is named, and nothing is cut', async () => {
  await appendAll(records.slice(0, 2));
  await appendFile(path, 'not json\n');
  const text = await readFile(path, 'utf8');
  await expect(cutRounds(path, 1, whole)).rejects.toThrow(/rounds\.jsonl:3: expected a round as JSON/);
  expect(await readFile(path, 'utf8')).toBe(text);
});

test('a full disk is said, with what to do', async () => {
  await symlink('/dev/full', path);
  await expect(appendRound(path, records[0] as RoundRecord)).rejects.toMatchObject({
    name: 'WriteError',
    code: 'disk-full',
    message: `${path}: expected room to write, got a full disk. Free some space and try again; what was written before is intact.`,
  });
});

test('a figure that is no number is never written', async () => {
  const broken = { ...(records[0] as RoundRecord), waitingSeconds: Number.NaN };
  await expect(appendRound(path, broken)).rejects.toThrow();
  expect(await allRounds(path)).toEqual([]);
});
