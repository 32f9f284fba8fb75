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
