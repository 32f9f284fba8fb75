import { type Adapter, mapTensors, restrictToDepth } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import { describe, expect, it } from 'vitest';
import { createStrategy } from '../strategies/registry.ts';
import { adapterFor, updateOf } from '../testing/round-contexts.ts';
import type { Update } from '../update.ts';
import { checkUpdate } from './check-update.ts';

const global = adapterFor(createStrategy('legend'), 3, (index) => index / 8);
const query = 'attention.self.query';

/** `global` with the query module of block 3 changed. */
function withQuery(change: (module: ReturnType<typeof queryModule>) => object): Adapter {
  const block = new Map(global.blocks[2]).set(query, { ...queryModule(), ...change(queryModule()) });
  return { ...global, blocks: global.blocks.with(2, block) };
}

function queryModule() {
  const module = global.blocks[2]?.get(query);
  if (module?.kind !== 'lora') throw new Error('the adapter has no LoRA on query in block 3');
  return module;
}

/** `global` with one value of one tensor changed. */
function withValue(name: string, value: number): Adapter {
  return mapTensors(global, (each, { dims, data }) => ({
    dims,
    data: each === name ? data.with(1, value) : data,
  }));
}

describe('an update is accepted', () => {
  it.each([1, 2, 3])('with depth %i and exactly the tensors of that depth', (depth) => {
    expect(() => checkUpdate(global, updateOf(restrictToDepth(global, depth), { depth }))).not.toThrow();
  });
});

describe('an update is refused', () => {
  const headOnly = new Map([...global.head].slice(1));
  it.each<[string, Update, string, RegExp]>([
    [
      'for NaN in a block',
      updateOf(withValue(`blocks.3.${query}.lora_B`, Number.NaN)),
      'update-not-finite',
      /NaN at 1/,
    ],
    [
      'for infinity in the head',
      updateOf(withValue('head.classifier.bias', Number.NEGATIVE_INFINITY)),
      'update-not-finite',
      /head.classifier.bias, got -Infinity/,
    ],
    ['for a loss of NaN', updateOf(global, { loss: Number.NaN }), 'update-not-finite', /finite loss/],
    [
      'without a tensor of the head',
      updateOf({ ...global, head: headOnly }),
      'update-missing',
      /head.classifier.weight/,
    ],
    [
      'without a trained block',
      updateOf(restrictToDepth(global, 1), { depth: 2 }),
      'update-missing',
      /blocks.2.attention.self.query.lora_A/,
    ],
    [
      'with a block below its depth',
      updateOf(global, { depth: 2 }),
      'update-extra',
      /only .* depth 2 .* blocks.1/,
    ],
    [
      'for another rank',
      updateOf(withQuery(({ a }) => ({ a: { dims: [1, 3], data: a.data.slice(0, 3) } }))),
      'update-shape',
      /of shape \[12, 3\], got \[1, 3\]/,
    ],
    [
      'for fewer values than its shape says',
      updateOf(withQuery(({ a }) => ({ a: { dims: a.dims, data: a.data.slice(1) } }))),
      'update-shape',
      /\[12, 3\] with 35 values/,
    ],
    [
      'for another number of blocks',
      updateOf({ ...global, blocks: global.blocks.slice(1) }, { depth: 2 }),
      'update-shape',
      /3 blocks, got 2/,
    ],
    [
      'for another alpha',
      updateOf(withQuery(() => ({ alpha: 1 }))),
      'update-alpha',
      /alpha 24 .* block 3, got 1/,
    ],
    ['for depth 0', updateOf(global, { depth: 0 }), 'update-depth', /from 1 to 3, got 0/],
    ['for a depth beyond the model', updateOf(global, { depth: 4 }), 'update-depth', /from 1 to 3, got 4/],
    ['for no examples', updateOf(global, { examples: 0 }), 'update-examples', /got 0/],
    ['for half an example', updateOf(global, { examples: 0.5 }), 'update-examples', /got 0.5/],
  ])('%s', (_why, update, code, message) => {
    expect(() => checkUpdate(global, update)).toThrow(InputError);
    expect(() => checkUpdate(global, update)).toThrow(expect.objectContaining({ code }));
    expect(() => checkUpdate(global, update)).toThrow(message);
  });
});
