import { InputError } from '@legend/base';
import type { GlobalState } from '@legend/method';
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
