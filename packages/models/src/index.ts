export type {
  Architecture,
  ForwardContext,
  HeadParameter,
  LinearMap,
  LinearSite,
} from './architectures/architecture.ts';
export { selectArchitecture } from './architectures/select-architecture.ts';

export { readJsonObject } from './checkpoint/read-json-object.ts';

export { type Model, openModel, trainedClasses } from './model.ts';
export { loadTokenizer, type Tokenizer } from './tokenizer/load-tokenizer.ts';
