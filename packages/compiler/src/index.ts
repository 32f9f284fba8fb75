export { differentiate } from './gradients/differentiate.ts';
export { CompileError } from './graph/compile-error.ts';
export type { Dim, Shape } from './graph/dim.ts';
export type { DType, Graph, Value } from './graph/graph.ts';
export { GraphBuilder } from './graph/graph-builder.ts';
export { encodeModel } from './onnx/encode-model.ts';
export { clipByGlobalNorm, globalNorm } from './passes/clip-by-global-norm.ts';
export { type ExecutionProvider, optimize } from './passes/optimize.ts';
export { type AdamwOptions, type AdamwState, adamw, sgd } from './passes/optimizers.ts';
