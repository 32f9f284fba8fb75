import { encodeSafetensors } from '@legend-fl/adapter';
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
  unsettled: null,
  uploadSecondsPerByte: 1e-7,
  downloadSecondsPerByte: null,
};

const before = new Map([
  ['blocks.1.query.lora_A', tensor(...new Array<number>(1000).fill(1))],
  ['head.classifier.bias', tensor(1)],
]);
const unsettled = (residual: DeviceState['residual']): DeviceState => ({
  ...emptyState,
  residual: before,
  unsettled: { run: 'run-1', round: 3, attempt: 2, residual },
});

/** A state as the first version with devices wrote it: header, residual, residual of the pending update, its message. */
function firstLayout(pending: object | null): Uint8Array<ArrayBuffer> {
  const parts = [
    encodeSafetensors({ tensors: state.residual }),
    pending ? encodeSafetensors({ tensors: before }) : new Uint8Array(),
    pending ? Uint8Array.of(1, 2, 255) : new Uint8Array(),
  ];
  const header = {
    formatVersion: 1,
    bytes: parts.map(({ byteLength }) => byteLength),
    pending,
    uploadSecondsPerByte: 1e-7,
    downloadSecondsPerByte: null,
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(Uint32Array.of(text.byteLength).buffer);
  return new Uint8Array([length, text, ...parts].flatMap((part) => [...part]));
}

describe('the state of a device', () => {
  test.each([
    ['with an update that is not handed in', state],
    ['without one', { ...state, pending: null }],
    [
      'with one of which it is not known whether it counts',
      unsettled(new Map([...before, ['b', tensor(2)]])),
    ],
    ['with one that leaves nothing unsaid', unsettled(new Map())],
    ['before its first round', emptyState],
  ])('%s comes back as it was', (_, each) => {
    expect(decodeDeviceState(encodeDeviceState(each), 'test')).toEqual(each);
  });

  test('keeps what an unsettled update left alone once', () => {
    const settled = encodeDeviceState({ ...emptyState, residual: before }).byteLength;
    const bytes = encodeDeviceState(unsettled(new Map([...before, ['head.classifier.bias', tensor(2)]])));
    // The thousand values of the other tensor are not there twice.
    expect(bytes.byteLength).toBeLessThan(settled + 400);
    // Read and written again, it is as small.
    expect(encodeDeviceState(decodeDeviceState(bytes, 'test'))).toEqual(bytes);
  });

  test('of the first layout is read, and without an unsettled update still written so', () => {
    const idle = { ...state, pending: null };
    expect(decodeDeviceState(firstLayout(null), 'test')).toEqual(idle);
    expect(encodeDeviceState(idle)).toEqual(firstLayout(null));
    const { adapterSha256, report } = state.pending ?? {};
    expect(decodeDeviceState(firstLayout({ adapterSha256, report }), 'test')).toEqual({
      ...state,
      pending: { ...state.pending, residual: before },
    });
  });

  test('of the first layout whose figures are refused today keeps what an update of them would have said', () => {
    const { adapterSha256, report } = state.pending ?? {};
    const pending = { adapterSha256, report: { ...report, loss: 1e9 } };
    expect(decodeDeviceState(firstLayout(pending), 'test')).toEqual({
      ...state,
      pending: null,
      unsettled: { run: 'run-1', round: 3, attempt: 1, residual: before },
    });
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
