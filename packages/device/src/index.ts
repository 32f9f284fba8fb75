export {
  type BlobCache,
  type CachedBlob,
  cachedBytes,
  type KeptSink,
  memoryBlobCache,
} from './blob-cache.ts';
export { backOffMs } from './client/back-off.ts';
export { type BlobSink, MemorySink } from './client/blob-sink.ts';
export { ConnectionError } from './client/connection-error.ts';
export { type ClientOptions, type CoordinatorClient, connect } from './client/coordinator-client.ts';
export type { OfferedBlob, Transfer, TransferOptions } from './client/download-blob.ts';
export { ProtocolError } from './client/protocol-error.ts';
export type { CallOptions, ConnectionStatus } from './client/transport.ts';
export type { DeviceEvent } from './device-event.ts';
export type { DeviceOptions, DeviceSettings } from './device-options.ts';
export { type DeviceStateStore, memoryStateStore } from './device-state.ts';
export type { DeviceTrainer } from './device-trainer.ts';
export { engineTrainer } from './engine-trainer.ts';
export { type LabelledText, numberLabels } from './labelled-text.ts';
export { ManualGate, type PauseGate } from './pause-gate.ts';
export { type DeviceOutcome, runDevice } from './run-device.ts';
