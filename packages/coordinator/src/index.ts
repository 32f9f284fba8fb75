export { backupCoordinator, STORE_FILE } from './backup-coordinator.ts';
export { createJoinToken, viewToken } from './enrolment/join-tokens.ts';
export { defaultHttpLimits, type HttpLimits } from './http/http-limits.ts';
export { loadCertificate, type TlsCertificate } from './http/load-certificate.ts';
export { type Logger, makeLogger } from './http/logger.ts';
export { createOperatorToken, replaceOperatorToken } from './http/operator-token.ts';
export type { Page, Pages } from './http/pages.ts';
export {
  checkTransport,
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from './http/start-http-server.ts';
export { type CoordinatorOptions, openCoordinator } from './open-coordinator.ts';
export { sumInWorker } from './phases/sum-in-worker.ts';
export { type SumTask, startOf, sumUpdates } from './phases/sum-updates.ts';
export { Refusal } from './refusals/refusal.ts';
export type {
  Coordinator,
  CoordinatorFigures,
  DeviceService,
  OfferedBlob,
  OperatorService,
} from './services/coordinator.ts';
export {
  type BaseModel,
  isBegunWith,
  openResources,
  type Sources,
  type TestData,
} from './settings/run-resources.ts';
export { parseRunSettings, type RunSettings } from './settings/run-settings.ts';
export { encodeRunTensors } from './settings/run-tensors.ts';
export { BlobFolder } from './store/blobs.ts';
export { lockFolder } from './store/folder-lock.ts';
export { keepFolderPrivate } from './store/keep-private.ts';
export { openStore } from './store/open-store.ts';
export type {
  DeviceStore,
  Entry,
  NewDevice,
  NewRun,
  NewToken,
  REVOKED_ADDRESS_MS,
  RunProgress,
  RunSnapshot,
  RunStore,
  SecretStore,
  Store,
  StoredDevice,
  StoredEvent,
  StoredRound,
  StoredRun,
  StoredToken,
  TokenFault,
  TokenStore,
} from './store/store.ts';
export { UploadFolder, type UploadPart } from './store/uploads.ts';
