import { parseInput } from '@legend-fl/base';
import { type PartitionRule, partitionRuleSchema } from '@legend-fl/runs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { partition } from './partition.ts';

const rules = fc.oneof(
  fc.constant<PartitionRule>({ kind: 'iid' }),
  fc.constant<PartitionRule>({ kind: 'natural' }),
  fc
    .double({ min: 0, noNaN: true, noDefaultInfinity: true })
    .map((unevenness): PartitionRule => ({ kind: 'iid', unevenness })),
  fc
    .double({ min: 1e-6, max: 1e4, noNaN: true })
    .map((alpha): PartitionRule => ({ kind: 'dirichlet', alpha })),
);
const examplesAndDevices = fc
  .array(fc.record({ label: fc.nat(4), key: fc.constantFrom('ann', 'bob', 'cid', 'dee', 'eve') }), {
    minLength: 1,
    maxLength: 120,
  })
  .chain((examples) => fc.tuple(fc.constant(examples), fc.integer({ min: 1, max: examples.length })));

test('each example has exactly one device and no device is without', () => {
  fc.assert(
    fc.property(examplesAndDevices, rules, fc.nat(), ([examples, devices], rule, seed) => {
      const shares = partition(examples, { ...rule, devices, seed });
      expect(shares).toHaveLength(devices);
      expect(shares.every((share) => share.length > 0)).toBe(true);
      expect(shares.flat().sort((one, other) => one - other)).toEqual([...examples.keys()]);
    }),
  );
});

test('the seed decides, and nothing else', () => {
  fc.assert(
    fc.property(examplesAndDevices, rules, fc.nat(), ([examples, devices], rule, seed) => {
      const share = () => partition(examples, { ...rule, devices, seed });
      expect(share()).toEqual(share());
    }),
  );
});

const twoLabels = Array.from({ length: 2000 }, (_, index) => ({ label: index % 2 }));
const sizesOf = (shares: readonly (readonly number[])[]) => shares.map((share) => share.length);

test('iid sizes differ by at most one and seeds differ', () => {
  const shares = partition(twoLabels, { kind: 'iid', devices: 30, seed: 1 });
  expect(new Set(sizesOf(shares))).toEqual(new Set([66, 67]));
  expect(partition(twoLabels, { kind: 'iid', devices: 30, seed: 2 })).not.toEqual(shares);
});

/** Standard deviation over devices of the logarithm of their number of examples. */
function sizeSpread(unevenness: number): number {
  const sizes = sizesOf(partition(manyExamples, { kind: 'iid', unevenness, devices: 400, seed: 5 }));
  const logarithms = sizes.map(Math.log);
  const mean = logarithms.reduce((sum, value) => sum + value, 0) / sizes.length;
  return Math.sqrt(logarithms.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sizes.length);
}
const manyExamples = Array.from({ length: 200_000 }, () => ({ label: 0 }));

test.each([0, 0.5, 1])('uneven iid sizes are log-normal with the σ asked for: %d', (unevenness) => {
  expect(Math.abs(sizeSpread(unevenness) - unevenness)).toBeLessThanOrEqual(0.08 * unevenness + 0.002);
});

test('uneven iid shares mix the labels like even ones', () => {
  const shares = partition(twoLabels, { kind: 'iid', unevenness: 1, devices: 10, seed: 1 });
  for (const share of shares.filter(({ length }) => length > 100)) {
    const ones = share.filter((index) => twoLabels[index]?.label === 1).length / share.length;
    expect(Math.abs(ones - 0.5)).toBeLessThan(0.15);
  }
});

test('an unevenness beyond all bounds leaves every device but one with a single example', () => {
  const shares = partition(twoLabels, { kind: 'iid', unevenness: 1e308, devices: 5, seed: 1 });
  expect(sizesOf(shares).sort((one, other) => one - other)).toEqual([1, 1, 1, 1, 1996]);
});

/** Mean over devices of the share of the device's most frequent label. */
function labelPurity(alpha: number): number {
  const shares = partition(twoLabels, { kind: 'dirichlet', alpha, devices: 20, seed: 3 });
  const purities = shares.map((share) => {
    const ones = share.filter((index) => twoLabels[index]?.label === 1).length / share.length;
    return Math.max(ones, 1 - ones);
  });
  return purities.reduce((sum, purity) => sum + purity, 0) / purities.length;
}

test('a small alpha separates the labels and a large one mixes them', () => {
  expect(labelPurity(0.05)).toBeGreaterThan(0.95);
  expect(labelPurity(1)).toBeGreaterThan(0.6);
  expect(labelPurity(1)).toBeLessThan(0.9);
  expect(labelPurity(1e4)).toBeLessThan(0.53);
});

test('an alpha so small that its draws underflow still deals everything', () => {
  const shares = partition(twoLabels, { kind: 'dirichlet', alpha: 1e-12, devices: 5, seed: 3 });
  expect(sizesOf(shares).reduce((sum, size) => sum + size, 0)).toBe(2000);
  expect(sizesOf(shares).filter((size) => size > 1).length).toBeLessThanOrEqual(2);
});

const withKeys = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).flatMap(([key, count]) => Array.from({ length: count }, () => ({ label: 0, key })));

function keysOf(examples: readonly { readonly key: string }[], share: readonly number[]): string[] {
  return [...new Set(share.map((index) => examples[index]?.key ?? ''))].sort();
}

test('natural keeps each key on one device where there are enough keys', () => {
  const examples = withKeys({ a: 5, b: 9, c: 1, d: 4, e: 2 });
  const shares = partition(examples, { kind: 'natural', devices: 2, seed: 1 });
  const keys = shares.map((share) => keysOf(examples, share));
  expect(keys.flat().sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(keys.map((held) => held.length).sort()).toEqual([2, 3]);
});

test('natural gives each device part of one key, large keys on more devices, where keys are few', () => {
  const examples = withKeys({ films: 600, news: 300, tweets: 100 });
  const shares = partition(examples, { kind: 'natural', devices: 10, seed: 1 });
  const keys = shares.map((share) => keysOf(examples, share).join());
  expect(keys.filter((key) => key === 'films')).toHaveLength(6);
  expect(keys.filter((key) => key === 'news')).toHaveLength(3);
  expect(keys.filter((key) => key === 'tweets')).toHaveLength(1);
  expect(new Set(sizesOf(shares))).toEqual(new Set([100]));
});

test.each([
  [
    'more devices than examples',
    [{ label: 0 }],
    2,
    'at least one training example for each of 2 devices, got 1',
  ],
  ['no examples', [], 1, 'at least one training example for each of 1 devices, got 0'],
  ['no devices', [{ label: 0 }], 0, 'a whole number of devices above 0, got 0'],
  ['half a device', [{ label: 0 }], 0.5, 'a whole number of devices above 0, got 0.5'],
])('%s: refused', (_, examples, devices, message) => {
  expect(() => partition(examples, { kind: 'iid', devices, seed: 1 })).toThrow(message);
});

test('natural without keys is refused', () => {
  const examples = [{ label: 0, key: 'a' }, { label: 0 }];
  expect(() => partition(examples, { kind: 'natural', devices: 1, seed: 1 })).toThrow(
    'a key with every example, as the natural partition deals keys, got none with example 1',
  );
});

test.each([
  [{ kind: 'iid', unevenness: -1 }, 'unevenness: expected a number at least 0, got -1'],
  [{ kind: 'iid', uneveness: 1 }, 'unknown key "uneveness". Did you mean "unevenness"?'],
  [{ kind: 'natural', unevenness: 1 }, 'unknown key "unevenness"'],
])('the rule %j is refused', (rule, message) => {
  expect(() => parseInput(partitionRuleSchema, rule, { code: 'x', where: 'run.yaml' })).toThrow(message);
});
