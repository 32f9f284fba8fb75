export { backupStore } from './store/backup-store.ts';
export { BlobFolder } from './store/blobs.ts';
export { lockFolder } from './store/folder-lock.ts';
export type { Hold } from './store/hold-file.ts';
export { openStore } from './store/open-store.ts';
export type * from './store/store.ts';
export { UploadFolder } from './store/uploads.ts';
