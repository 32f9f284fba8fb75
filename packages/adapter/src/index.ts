export {
  type Adapter,
  adapterBytes,
  headTensorName,
  type LoraModule,
  loraTensorName,
  mapTensors,
  namedTensors,
  rankOf,
  restrictToDepth,
  type Tensor,
} from './adapter.ts';
export { type FlatAdapter, flattenAdapter, restoreAdapter } from './flat-adapter.ts';
