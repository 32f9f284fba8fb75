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
