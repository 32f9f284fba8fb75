export type {
  Coordinator,
  CoordinatorFigures,
  DeviceService,
  OfferedBlob,
  OperatorService,
  UploadPart,
} from './coordinator/coordinator.ts';
export { type CoordinatorOptions, openCoordinator } from './coordinator/open-coordinator.ts';
export { Refusal } from './coordinator/refusal.ts';
export type { BaseModel, Sources, TestData } from './coordinator/run-resources.ts';
export { parseRunSettings, type RunSettings } from './coordinator/run-settings.ts';
export { backupStore } from './store/backup-store.ts';
export { BlobFolder } from './store/blobs.ts';
export { lockFolder } from './store/folder-lock.ts';
export type { Hold } from './store/hold-file.ts';
export { openStore } from './store/open-store.ts';
export type * from './store/store.ts';
export { UploadFolder } from './store/uploads.ts';
