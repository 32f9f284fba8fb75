export { nodeRuntime } from './node-runtime.ts';
export { type PoolSettings, TrainerPool } from './pool/trainer-pool.ts';
export { type TrunkCacheStatus, type TrunkDisk, TrunkFolder } from './trunk/trunk-folder.ts';
