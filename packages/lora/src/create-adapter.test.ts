import { fileURLToPath } from 'node:url';
import { namedTensors, rankOf } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { openModel } from '@legend-fl/models';
import { describe, expect, test } from 'vitest';
import { createAdapter, selectLinearMaps } from './create-adapter.ts';

const folder = fileURLToPath(new URL('../../../testdata/models/bert/', import.meta.url));
const { architecture, head } = await openModel(folderFiles(folder), { seed: 1 });
const specification = {
  targets: ['query', 'intermediate.dense', 'output.dense'],
  ranks: [50, 60, 70],
  alphas: [1, 2, 3],
};

describe('a fresh adapter', () => {
  const adapter = createAdapter(architecture, specification, head, 5);

  test('has the ranks, alphas and shapes asked for, and the head', () => {
    const maps = selectLinearMaps(architecture, specification.targets);
    for (const [index, block] of adapter.blocks.entries()) {
      expect([...block.keys()]).toEqual(maps.map(({ name }) => name));
      for (const map of maps) {
        const rank = specification.ranks[index];
        expect(block.get(map.name)).toMatchObject({
          kind: 'lora',
          alpha: specification.alphas[index],
          a: { dims: [rank, map.in] },
          b: { dims: [map.out, rank] },
        });
      }
    }
    expect(adapter.head).toBe(head);
  });

  test('has A uniform in ±1/√in and B zero', () => {
    for (const block of adapter.blocks) {
      for (const module of block.values()) {
        const bound = 1 / Math.sqrt(module.a.dims[1] ?? 0);
        const values = [...module.a.data];
        expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
        // 50 × 32 draws or more: the extremes come near the bounds, the mean near 0, the variance near bound²/3.
        expect(Math.max(...values)).toBeGreaterThan(0.99 * bound);
        expect(Math.min(...values)).toBeLessThan(-0.99 * bound);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
        expect(Math.abs(mean)).toBeLessThan(0.05 * bound);
        expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(0.1);
        expect(module.b.data.every((value) => value === 0)).toBe(true);
      }
    }
  });

  test('follows from the seed, and no module repeats another', () => {
    const tensors = (seed: number) => namedTensors(createAdapter(architecture, specification, head, seed));
    expect(tensors(5)).toEqual(namedTensors(adapter));
    expect(tensors(6)).not.toEqual(namedTensors(adapter));
    const firsts = [...namedTensors(adapter)].flatMap(([name, { data }]) =>
      name.endsWith('lora_A') ? [data[0]] : [],
    );
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  test('carries nothing in a block of rank 0', () => {
    const changes = { ranks: [0, 2, 0], alphas: [0, 4, 0] };
    const sparse = createAdapter(architecture, { ...specification, ...changes }, head, 5);
    expect(sparse.blocks.map(({ size }) => size)).toEqual([0, 4, 0]);
  });

  test('draws a module alike whatever the rank of other blocks and the other targets', () => {
    const alone = createAdapter(
      architecture,
      { targets: ['query'], ranks: [1, 60, 1], alphas: [1, 2, 3] },
      head,
      5,
    );
    const name = 'attention.self.query';
    expect(alone.blocks[1]?.get(name)).toEqual(adapter.blocks[1]?.get(name));
    expect(alone.blocks.map((block) => [...block.values()].map(rankOf))).toEqual([[1], [60], [1]]);
  });
});

describe('refused:', () => {
  const cases: [string, object, string][] = [
    ['an unknown target', { targets: ['query', 'valeu'] }, 'target-unknown'],
    ['a part of a name', { targets: ['uery'] }, 'target-unknown'],
    ['no target', { targets: [] }, 'target-unknown'],
    ['a rank below 0', { ranks: [1, -1, 1] }, 'ranks-invalid'],
    ['half a rank', { ranks: [1, 1.5, 1] }, 'ranks-invalid'],
    ['too few ranks', { ranks: [1, 1] }, 'ranks-invalid'],
    ['alpha 0', { alphas: [1, 0, 1] }, 'alphas-invalid'],
    ['an endless alpha', { alphas: [1, 2, Number.POSITIVE_INFINITY] }, 'alphas-invalid'],
  ];
  test.for(cases)('%s', ([, changes, code]) => {
    expect(() => createAdapter(architecture, { ...specification, ...changes }, head, 5)).toThrow(
      expect.objectContaining({ name: 'InputError', code }),
    );
  });
});

test('targets are named whole or by their last part, in the order of computation', () => {
  const namesOf = (...targets: string[]) => selectLinearMaps(architecture, targets).map(({ name }) => name);
  expect(namesOf('value', 'query')).toEqual(['attention.self.query', 'attention.self.value']);
  expect(namesOf('attention.output.dense')).toEqual(['attention.output.dense']);
  // As PEFT matches: the last part names every map that ends so.
  expect(namesOf('output.dense')).toEqual(['attention.output.dense', 'output.dense']);
});
