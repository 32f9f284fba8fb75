export { type JoinOptions, type JoinOutcome, joinRun } from './join-run.ts';
export { trustCertificate } from './trust-certificate.ts';
