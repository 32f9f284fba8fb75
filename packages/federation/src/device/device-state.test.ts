import { describe, expect, test } from 'vitest';
import { type DeviceState, decodeDeviceState, emptyState, encodeDeviceState } from './device-state.ts';

const tensor = (...values: number[]) => ({ dims: [values.length], data: Float32Array.from(values) });
const state: DeviceState = {
  residual: new Map([['blocks.1.query.lora_A', tensor(0.1, -0)]]),
  pending: {
    adapterSha256: 'b'.repeat(64),
    message: Uint8Array.of(1, 2, 255),
    residual: new Map([['head.classifier.bias', tensor(7)]]),
    report: {
      run: 'run-1',
      round: 3,
      attempt: 1,
      sha256: 'a'.repeat(64),
      examples: 5,
      loss: 0.5,
      capacity: {
        forwardSecondsPerBlock: 1e-3,
        backwardSecondsPerBlock: 2e-3,
        uploadSecondsPerByte: 1e-6,
        downloadSecondsPerByte: 0,
        memoryBytes: 1e9,
      },
      bytesDown: 1000,
      times: { download: 0.1, forward: 1, backward: 2, upload: 0 },
    },
  },
  uploadSecondsPerByte: 1e-7,
  downloadSecondsPerByte: null,
};

describe('the state of a device', () => {
  test.each([
    ['with an update that is not handed in', state],
    ['without one', { ...state, pending: null }],
    ['before its first round', emptyState],
  ])('%s comes back as it was', (_, each) => {
    expect(decodeDeviceState(encodeDeviceState(each), 'test')).toEqual(each);
  });

  test('cut off anywhere, or with something behind it, is damaged', () => {
    const bytes = encodeDeviceState(state);
    for (const length of [0, 3, 4, 50, bytes.byteLength - 1]) {
      expect(() => decodeDeviceState(bytes.slice(0, length), 'my/state.bin')).toThrow(
        expect.objectContaining({ name: 'InputError', code: 'device-state-damaged' }),
      );
    }
    const longer = new Uint8Array(bytes.byteLength + 1);
    longer.set(bytes);
    expect(() => decodeDeviceState(longer, 'my/state.bin')).toThrow(/my\/state\.bin.*Delete it/);
  });
});
