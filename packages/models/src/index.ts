export type {
  Architecture,
  ForwardContext,
  HeadParameter,
  LinearMap,
  LinearSite,
} from './architectures/architecture.ts';
export { selectArchitecture } from './architectures/select-architecture.ts';
export { decodeSafetensors } from './checkpoint/decode-safetensors.ts';
export { toFloat32 } from './checkpoint/element-types.ts';
export { encodeHeader, type HeaderEntry } from './checkpoint/encode-header.ts';
export { encodeSafetensors } from './checkpoint/encode-safetensors.ts';
export { memoryFiles } from './checkpoint/memory-files.ts';
export type { ModelFile, ModelFiles } from './checkpoint/model-files.ts';
export { openSafetensors, type SafetensorsFile } from './checkpoint/open-safetensors.ts';
export { readJsonObject } from './checkpoint/read-json-object.ts';
export {
  LENGTH_BYTES,
  parseHeader,
  readHeaderLength,
  type SafetensorsEntry,
} from './checkpoint/safetensors-header.ts';
export { type Model, openModel, trainedClasses } from './model.ts';
export { loadTokenizer, type Tokenizer } from './tokenizer/load-tokenizer.ts';
