export { backupCoordinator, STORE_FILE } from './coordinator/backup-coordinator.ts';
export type * from './coordinator/coordinator.ts';
export { createJoinToken, viewToken } from './coordinator/join-tokens.ts';
export { type CoordinatorOptions, openCoordinator } from './coordinator/open-coordinator.ts';
export { Refusal } from './coordinator/refusal.ts';
export {
  type BaseModel,
  isBegunWith,
  openResources,
  type Sources,
  type TestData,
} from './coordinator/run-resources.ts';
export { parseRunSettings, type RunSettings } from './coordinator/run-settings.ts';
export { encodeRunTensors } from './coordinator/run-tensors.ts';
export { sumInWorker } from './coordinator/sum-in-worker.ts';
export { type SumTask, startOf, sumUpdates } from './coordinator/sum-updates.ts';
export { type JoinOptions, type JoinOutcome, joinRun } from './device/join-run.ts';
export { trustCertificate } from './device/trust-certificate.ts';
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
export { BlobFolder } from './store/blobs.ts';

export { lockFolder } from './store/folder-lock.ts';
export type { Hold } from './store/hold-file.ts';
export { keepFolderPrivate } from './store/keep-private.ts';
export { openStore } from './store/open-store.ts';
export type * from './store/store.ts';
export { UploadFolder } from './store/uploads.ts';
