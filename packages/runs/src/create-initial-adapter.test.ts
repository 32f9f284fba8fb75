import { fileURLToPath } from 'node:url';
import { namedTensors } from '@legend-fl/adapter';
import { openModel } from '@legend-fl/models';
import { folderFiles } from '@legend-fl/adapter/node';
import { expect, test } from 'vitest';
import { createInitialAdapter } from './create-initial-adapter.ts';

const folder = fileURLToPath(new URL('../../../testdata/models/bert/', import.meta.url));
const model = await openModel(folderFiles(folder), { seed: 1 });
const ofSeed = (seed: number) =>
  createInitialAdapter(
    model,
    ['attention.self.query'],
    { kind: 'lora', ranks: [0, 1, 2], alphas: [0, 2, 4] },
    seed,
  );

test('a seed draws the same numbers, another seed others', () => {
  expect(ofSeed(1)).toEqual(ofSeed(1));
  expect(namedTensors(ofSeed(2))).not.toEqual(namedTensors(ofSeed(1)));
});

test('LoRA stands where ranks are, bottlenecks where widths are, with the model’s head', () => {
  expect(ofSeed(1).blocks.map((block) => [...block.keys()])).toEqual([
    [],
    ['attention.self.query'],
    ['attention.self.query'],
  ]);
  const bottlenecks = createInitialAdapter(model, [], { kind: 'bottleneck', widths: [0, 0, 4] }, 1);
  expect(bottlenecks.blocks.map((block) => [...block.values()].map(({ kind }) => kind))).toEqual([
    [],
    [],
    ['bottleneck'],
  ]);
  expect([...bottlenecks.head.keys()]).toEqual([...model.head.keys()]);
});
