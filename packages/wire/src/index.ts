export { type Codec, codecNames, valueBytes } from './codec.ts';
export { decodeAdapter, type HeldFactor } from './decode-adapter.ts';
export { decodeUpdate } from './decode-update.ts';
export { encodeAdapter } from './encode-adapter.ts';
export { type EncodedUpdate, encodeUpdate, type Residual } from './encode-update.ts';
export type { Factors } from './factors.ts';
export { MAX_HEADER_BYTES } from './open-message.ts';
