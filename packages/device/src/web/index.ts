export { DeviceDatabase, type KeptSession } from './device-database.ts';
export { openFileCache } from './file-cache.ts';
export { holdDevice } from './hold-device.ts';
export { openKey } from './open-key.ts';
