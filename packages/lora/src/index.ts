export { scaleName } from './append-lora.ts';
export { createAdapter, type LoraSpecification, selectLinearMaps } from './create-adapter.ts';
export { type BottleneckSpecification, createBottlenecks } from './create-bottlenecks.ts';
export { type AdaptedSite, injectAdapters } from './inject-adapters.ts';
export { mergeAdapter } from './merge-adapter.ts';
