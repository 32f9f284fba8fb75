export { type JoinOptions, type JoinOutcome, joinRun } from './device/join-run.ts';
export { trustCertificate } from './device/trust-certificate.ts';
export { lockFolder } from './store/folder-lock.ts';
export type { Hold } from './store/hold-file.ts';
export { openStore } from './store/open-store.ts';
export type * from './store/store.ts';
