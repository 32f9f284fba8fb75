import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Adapter } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import { startRounds } from '@legend-fl/method';
import { beforeEach, expect, test } from 'vitest';
import { loadCheckpoint, type StrategyCheckpoint, saveCheckpoint } from './strategy-checkpoint.ts';
import { newFolder } from './tiny-experiment.fixture.ts';

const adapter: Adapter = {
  blocks: [
    new Map(),
    new Map([
      [
        'attention.self.query',
        {
          kind: 'lora',
          alpha: 4,
          a: { dims: [1, 2], data: Float32Array.of(0.1, -0) },
          b: { dims: [2, 1], data: Float32Array.of(1e-30, 3) },
        },
      ],
    ]),
  ],
  head: new Map([['classifier.bias', { dims: [2], data: Float32Array.of(1, 2) }]]),
};

const settings = { rounds: 3, minimumUpdates: 1, needed: { share: 1 }, maximumAttempts: 1 };
const checkpoint: StrategyCheckpoint = {
  state: startRounds(settings).state,
  tensors: {
    global: {
      adapter,
      memory: { trials: [1, null] },
      merged: new Map([['blocks.2.query', { dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) }]]),
    },
    trunk: { round: 3, adapter },
    memories: new Map([
      [
        'device/1',
        {
          residual: new Map([['head.classifier.bias', { dims: [2], data: Float32Array.of(0.5, 0) }]]),
          trunkRound: 3,
          cached: new Map([[1, new Set([7, 9])]]),
        },
      ],
      ['device/2', { residual: new Map(), trunkRound: 0, cached: new Map() }],
    ]),
    norms: [[{ deviceId: 'device/1', norms: { blocks: [null, 1e-30], head: 0.1 } }]],
  },
  hostSeconds: 12.5,
};

let folder: string;
beforeEach(async () => {
  folder = join(await newFolder(), 'checkpoint');
  await saveCheckpoint(folder, checkpoint);
});

const file = () => join(folder, 'global.safetensors');

test('a checkpoint comes back as it was, to the bit', async () => {
  expect(await loadCheckpoint(folder)).toEqual(checkpoint);
});

test('a new checkpoint replaces the old one, in one file', async () => {
  await saveCheckpoint(folder, { ...checkpoint, hostSeconds: 20 });
  expect(await loadCheckpoint(folder)).toMatchObject({ hostSeconds: 20 });
  expect(await readdir(folder)).toEqual(['global.safetensors']);
});

test('where none was saved there is none', async () => {
  expect(await loadCheckpoint(join(folder, 'other'))).toBeUndefined();
});

/** Changes the file's header, whose length stays as it is. */
async function replaceInHeader(from: string, to: string): Promise<void> {
  const text = await readFile(file(), 'latin1');
  expect(text).toContain(from);
  expect(to).toHaveLength(from.length);
  await writeFile(file(), text.replace(from, to), 'latin1');
}

test('a checkpoint of another version is refused', async () => {
  await replaceInHeader('\\"formatVersion\\":3', '\\"formatVersion\\":9');
  await expect(loadCheckpoint(folder)).rejects.toMatchObject({
    code: 'checkpoint-version',
    message: expect.stringContaining('got version 9'),
  });
});

test.for([
  ['{\\"state\\":', '{\\"state\\",'],
  ['{\\"state\\":', '{\\"stale\\":'],
  ['\\"hostSeconds\\":12.5', '\\"hostSeconds\\":-2.5'],
  ['{"legend":', '{"lagend":'],
])('a checkpoint whose %s reads %s is refused as damaged', async ([from = '', to = '']) => {
  await replaceInHeader(from, to);
  const failure = await loadCheckpoint(folder).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(InputError);
  expect(failure).toMatchObject({ code: 'checkpoint-damaged', message: expect.stringContaining(file()) });
});

test('a checkpoint that lost a tensor is refused', async () => {
  await replaceInHeader('head.classifier.bias', 'head.classifier.bias'.replace('head', 'haed'));
  await expect(loadCheckpoint(folder)).rejects.toMatchObject({ code: 'adapter-tensors' });
});

test('a checkpoint cut short is refused', async () => {
  const bytes = await readFile(file());
  for (const length of [0, 4, 40, bytes.length - 1]) {
    await writeFile(file(), bytes.subarray(0, length));
    await expect(loadCheckpoint(folder)).rejects.toBeInstanceOf(InputError);
  }
});
