import { fileURLToPath } from 'node:url';
import { namedTensors } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { openModel } from '@legend-fl/models';
import { describe, expect, test } from 'vitest';
import { createBottlenecks } from './create-bottlenecks.ts';

const folderOf = (name: string) =>
  fileURLToPath(new URL(`../../../testdata/models/${name}/`, import.meta.url));
const { architecture, head } = await openModel(folderFiles(folderOf('bert')), { seed: 1 });

describe('fresh bottlenecks', () => {
  const adapter = createBottlenecks(architecture, { widths: [0, 40, 50] }, head, 5);

  test('stand after the feed-forward network where the width is above 0', () => {
    expect(adapter.blocks.map((block) => [...block.keys()])).toEqual([
      [],
      ['output.dense'],
      ['output.dense'],
    ]);
    expect(adapter.blocks[2]?.get('output.dense')).toMatchObject({
      kind: 'bottleneck',
      down: { dims: [50, 32] },
      downBias: { dims: [50] },
      up: { dims: [32, 50] },
      upBias: { dims: [32] },
    });
    expect(adapter.head).toBe(head);
  });

  test('have only down not zero, with standard deviation 0.02', () => {
    for (const block of adapter.blocks) {
      for (const { down, ...others } of block.values()) {
        const deviation = Math.sqrt(down.data.reduce((sum, value) => sum + value ** 2, 0) / down.data.length);
        expect(Math.abs(deviation / 0.02 - 1)).toBeLessThan(0.05);
        for (const { data } of [others.downBias, others.up, others.upBias]) {
          expect(data.every((value) => value === 0)).toBe(true);
        }
      }
    }
  });

  test('follow from the seed, whatever the widths of other blocks', () => {
    const again = createBottlenecks(architecture, { widths: [1, 40, 0] }, head, 5);
    expect(again.blocks[1]).toEqual(adapter.blocks[1]);
    const other = createBottlenecks(architecture, { widths: [0, 40, 50] }, head, 6);
    expect(namedTensors(other)).not.toEqual(namedTensors(adapter));
  });

  test('stand elsewhere when told, and in DistilBERT under its own name', async () => {
    const told = { widths: [0, 0, 2], target: 'attention.output.dense' };
    expect([...(createBottlenecks(architecture, told, head, 5).blocks[2]?.keys() ?? [])]).toEqual([
      told.target,
    ]);
    const distilbert = await openModel(folderFiles(folderOf('distilbert-bf16')), { seed: 1 });
    expect(distilbert.architecture.defaultBottleneckTarget).toBe('ffn.lin2');
  });
});

describe('refused:', () => {
  test.for([
    ['an unknown target', { widths: [1, 1, 1], target: 'dense' }, 'target-unknown'],
    ['a negative width', { widths: [1, -1, 1] }, 'widths-invalid'],
    ['half a width', { widths: [1, 1.5, 1] }, 'widths-invalid'],
    ['too few widths', { widths: [1, 1] }, 'widths-invalid'],
  ] as const)('%s', ([, specification, code]) => {
    expect(() => createBottlenecks(architecture, specification, head, 5)).toThrow(
      expect.objectContaining({ name: 'InputError', code }),
    );
  });
});
