import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTrainTest } from './read-train-test.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-data-'));
  const rows = Array.from({ length: 40 }, (_, index) => `text ${index},${index % 2 === 0 ? 'a' : 'b'}\n`);
  await writeFile(join(folder, 'whole.csv'), `text,label\n${rows.join('')}`);
  await writeFile(join(folder, 'train.csv'), 'text,label\none,x\ntwo,y\nthree,z\n');
  await writeFile(join(folder, 'test.csv'), 'text,label\nfour,z\n');
  await writeFile(join(folder, 'stray.csv'), 'text,label\nfive,w\n');
});
afterAll(() => rm(folder, { recursive: true }));

test('data with test files of its own keeps them, labelled by the classes of the train files', async () => {
  const { train, test } = await readTrainTest({
    id: 'split',
    files: [
      { path: join(folder, 'test.csv'), part: 'test' },
      { path: join(folder, 'train.csv'), part: 'train' },
    ],
  });
  expect(train.examples.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  expect(test.classes).toEqual(['x', 'y', 'z']);
  expect(test.examples).toEqual([{ text: 'four', label: 2 }]);
});

test('a test file with a class that no train file has is refused', async () => {
  const files = [
    { path: join(folder, 'train.csv'), part: 'train' },
    { path: join(folder, 'stray.csv'), part: 'test' },
  ] as const;
  await expect(readTrainTest({ id: 'stray', files })).rejects.toMatchObject({ code: 'data-label-unknown' });
});

test("data in one piece is split by the source's own split", async () => {
  const source = { id: 'whole', files: [{ path: join(folder, 'whole.csv') }] };
  const { train, test } = await readTrainTest({ ...source, split: { testCount: 12, seed: 3 } });
  expect([train.examples.length, test.examples.length]).toEqual([28, 12]);
  expect(test.examples.filter(({ label }) => label === 0)).toHaveLength(6);
});

test('without a split, always the same tenth is held out', async () => {
  const source = { id: 'whole', files: [{ path: join(folder, 'whole.csv') }] };
  const { test } = await readTrainTest(source);
  expect(test.examples.map(({ text }) => text)).toMatchInlineSnapshot(`
    [
      "text 28",
      "text 10",
      "text 19",
      "text 23",
    ]
  `);
});
