import { InputError } from '@legend-fl/base';
import type { GlobalState } from '@legend-fl/method';
import { decodeSafetensors, encodeSafetensors } from '@legend-fl/adapter';
import { expect, test } from 'vitest';
import { decodeGlobalState, encodeGlobalState } from './global-state.ts';
import { tensorOf, threeBlocks, twoBottlenecks } from './messages/sample.fixture.ts';

const states: [string, GlobalState][] = [
  ['LoRA', { adapter: threeBlocks, memory: null }],
  ['bottlenecks and a memory', { adapter: twoBottlenecks, memory: { trials: [1, null, 'a'] } }],
  [
    'what was merged',
    { adapter: threeBlocks, memory: 3, merged: new Map([['blocks.2.query', tensorOf([30, 30], 1)]]) },
  ],
  ['nothing merged yet', { adapter: threeBlocks, memory: null, merged: new Map() }],
];

test.each(states)('%s comes back to the bit', (_, state) => {
  const bytes = encodeGlobalState(state);
  expect(decodeGlobalState(bytes, 'test')).toEqual(state);
  expect(encodeGlobalState(decodeGlobalState(bytes, 'test'))).toEqual(bytes);
});

const bytes = encodeGlobalState({ adapter: threeBlocks, memory: { a: 1 } });

test('bytes cut short are refused', () => {
  for (const length of [0, 4, 40, bytes.length - 1]) {
    expect(() => decodeGlobalState(bytes.subarray(0, length), 'a blob')).toThrow(InputError);
  }
});

test.each([
  ['{"legend":', '{"lagend":', 'global-state-damaged'],
  ['{\\"formatVersion\\":1', '{\\"formatVersion\\":2', 'global-state-damaged'],
  ['\\"memory\\":', '\\"memary\\":', 'global-state-damaged'],
  ['head.classifier.bias', 'haed.classifier.bias', 'adapter-tensors'],
])('a header whose %s reads %s is refused', (from, to, code) => {
  const text = Buffer.from(bytes).toString('latin1');
  expect(text).toContain(from);
  const changed = new Uint8Array(Buffer.from(text.replace(from, to), 'latin1'));
  expect(() => decodeGlobalState(changed, 'a blob')).toThrow(expect.objectContaining({ code }));
  expect(() => decodeGlobalState(changed, 'a blob')).toThrow(/a blob/);
});

/** The bytes with another text in the metadata. */
function withText(change: (text: Record<string, unknown>) => string): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes, 'test');
  return encodeSafetensors({
    tensors,
    metadata: { legend: change(JSON.parse(metadata.get('legend') ?? '')) },
  });
}

test('a number of blocks that no model has is refused before room is made for them', () => {
  const forged = withText((text) => JSON.stringify({ ...text, global: { blocks: 1e9, alphas: {} } }));
  expect(() => decodeGlobalState(forged, 'a blob')).toThrow(/a number at most 1000, got 1000000000/);
});

test('a memory is not followed into its depth', () => {
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const { memory } = decodeGlobalState(
    withText((text) => JSON.stringify({ ...text, memory: 'here' }).replace('"here"', deep)),
    'a blob',
  );
  expect(Array.isArray(memory)).toBe(true);
});
