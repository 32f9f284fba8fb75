import { type Adapter, namedTensors } from '@legend-fl/adapter';
import { encodeGlobalState } from '@legend-fl/runs';
import { expect, test } from 'vitest';
import { decodeRunTensors, encodeRunTensors, nextTensors, type RunTensors, trunkOf } from './run-tensors.ts';

const adapterOf = (value: number): Adapter => ({
  blocks: [1, 2].map(
    () =>
      new Map([
        [
          'query',
          {
            kind: 'lora',
            alpha: 4,
            a: { dims: [1, 3], data: new Float32Array(3).fill(value) },
            b: { dims: [3, 1], data: new Float32Array(3).fill(-value) },
          },
        ],
      ]),
  ),
  head: new Map([['classifier.bias', { dims: [2], data: Float32Array.of(value, 0.1) }]]),
});
const globalOf = (value: number) => ({ adapter: adapterOf(value), memory: { round: value } });

test('tensors come back to the bit, with and without a trunk of their own', () => {
  const merged = new Map([['blocks.1.query', { dims: [3, 3], data: new Float32Array(9).fill(0.3) }]]);
  for (const tensors of [
    { global: globalOf(1) },
    { global: { ...globalOf(1), merged } },
    { global: globalOf(2), trunk: adapterOf(1) },
  ]) {
    const bytes = encodeRunTensors(tensors);
    const read = decodeRunTensors(bytes, 'test');
    expect(read).toEqual(tensors);
    expect(encodeRunTensors(read)).toEqual(bytes);
  }
});

test('without a trunk of its own the file is that of a global state', () => {
  expect(encodeRunTensors({ global: globalOf(1) })).toEqual(encodeGlobalState(globalOf(1)));
});

test.each([
  [{ kind: 'base', refreshRounds: 3 }, [1, 2, 3, 4]],
  [{ kind: 'global', refreshRounds: 1 }, [1, 2, 3, 4]],
  [{ kind: 'global', refreshRounds: 2 }, [0, 2, 2, 4]],
  [{ kind: 'global', refreshRounds: 3 }, [0, 0, 3, 3]],
] as const)('with %j rounds 2 to 5 apply the trunk of rounds %j', (trunk, expected) => {
  let tensors: RunTensors = { global: globalOf(0) };
  const applied = [1, 2, 3, 4].map((round) => {
    tensors = decodeRunTensors(
      encodeRunTensors(nextTensors({ trunk }, round, tensors, globalOf(round))),
      't',
    );
    return namedTensors(trunkOf(tensors)).get('head.classifier.bias')?.data[0];
  });
  expect(applied).toEqual(expected);
});

test('a damaged file is refused', () => {
  const bytes = encodeRunTensors({ global: globalOf(1) });
  expect(() => decodeRunTensors(bytes.subarray(0, -1), 'global state of run a')).toThrow(
    'global state of run a',
  );
});
