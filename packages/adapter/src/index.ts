export { absorbMerged } from './absorb-merged.ts';
export {
  type Adapter,
  type AdapterModule,
  adapterBytes,
  type BottleneckModule,
  type BottleneckPart,
  headTensorName,
  type LoraModule,
  type LoraPart,
  mapTensors,
  moduleTensorName,
  namedTensors,
  parseModulePath,
  rankOf,
  restrictToDepth,
  type Tensor,
} from './adapter.ts';
export { areFinite } from './are-finite.ts';
export { type FlatAdapter, flattenAdapter, restoreAdapter } from './flat-adapter.ts';
export type { Factors, LocalTraining, TailPenalty } from './local-training.ts';
export { matrixDims } from './matrix-dims.ts';
export { type Codec, codecNames, valueBytes } from './messages/codec.ts';
export { decodeAdapter, type HeldFactor } from './messages/decode-adapter.ts';
export { decodeUpdate } from './messages/decode-update.ts';
export { encodeAdapter } from './messages/encode-adapter.ts';
export { type EncodedUpdate, encodeUpdate, type Residual } from './messages/encode-update.ts';
export { narrowToFloat16 } from './messages/narrow-to-float16.ts';
export { MAX_HEADER_BYTES } from './messages/open-message.ts';
export { decodeSafetensors } from './safetensors/decode-safetensors.ts';
export { toFloat32 } from './safetensors/element-types.ts';
export { encodeHeader, type HeaderEntry } from './safetensors/encode-header.ts';
export {
  encodeSafetensors,
  type SafetensorsContent,
  safetensorsParts,
} from './safetensors/encode-safetensors.ts';
export { isJsonObject, type JsonObject } from './safetensors/json-object.ts';
export { memoryFiles } from './safetensors/memory-files.ts';
export type { ModelFile, ModelFiles } from './safetensors/model-files.ts';
export { openSafetensors, type SafetensorsFile } from './safetensors/open-safetensors.ts';
export {
  LENGTH_BYTES,
  parseHeader,
  readHeaderLength,
  type SafetensorsEntry,
} from './safetensors/safetensors-header.ts';
