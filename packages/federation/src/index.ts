export { type BlobSink, MemorySink } from './client/blob-sink.ts';
export { ConnectionError } from './client/connection-error.ts';
export { type ClientOptions, type CoordinatorClient, connect } from './client/coordinator-client.ts';
export type { OfferedBlob, Transfer, TransferOptions } from './client/download-blob.ts';
export { ProtocolError } from './client/protocol-error.ts';
export { sleep } from './client/sleep.ts';
export type { CallOptions, ConnectionStatus } from './client/transport.ts';
export {
  type BlobCache,
  type CachedBlob,
  cachedBytes,
  type KeptSink,
  memoryBlobCache,
} from './device/blob-cache.ts';
export type { DeviceEvent } from './device/device-event.ts';
export { type DeviceStateStore, memoryStateStore } from './device/device-state.ts';
export type { DeviceTrainer } from './device/device-trainer.ts';
export { engineTrainer } from './device/engine-trainer.ts';
export { type LabelledText, numberLabels } from './device/labelled-text.ts';
export { ManualGate, type PauseGate } from './device/pause-gate.ts';
export {
  type DeviceOptions,
  type DeviceOutcome,
  type DeviceSettings,
  runDevice,
} from './device/run-device.ts';
export {
  createDeviceKey,
  type DeviceKey,
  exportDeviceKey,
  importDeviceKey,
  importPublicKey,
  type PrivateKey,
  privateKeySchema,
  publicKeyOf,
} from './identity/device-key.ts';
export {
  CredentialError,
  claimedDevice,
  type ReceivedRequest,
  type SignedRequest,
  signRequest,
  type VerifiedCredential,
  verifyRequest,
} from './identity/request-credential.ts';
export { sha256Hex } from './identity/sha256.ts';
export {
  hashToken,
  makeOperatorToken,
  type RandomBytes,
  secureRandom,
} from './identity/tokens.ts';
export * from './protocol/assignment.ts';
export { describeProtocol } from './protocol/describe-protocol.ts';
export * from './protocol/enrolment.ts';
export { type JoinInvitation, joinCommandLine, joinInvitation } from './protocol/join-invitation.ts';
export { limits } from './protocol/limits.ts';
export * from './protocol/names.ts';
export * from './protocol/operator.ts';
export * from './protocol/problem.ts';
export { type Access, type Route, type RouteName, routes, statusSchema } from './protocol/routes.ts';
export * from './protocol/update.ts';
export { PROTOCOL_VERSION, VERSION_HEADER } from './protocol/version.ts';
