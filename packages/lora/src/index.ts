export { type AdapterNotes, readAdapterNotes, writeAdapterNotes } from './adapter-notes.ts';
export { scaleName } from './append-lora.ts';
export { createAdapter, type LoraSpecification, selectLinearMaps } from './create-adapter.ts';
export { type BottleneckSpecification, createBottlenecks } from './create-bottlenecks.ts';
export { type AdaptedSite, injectAdapters } from './inject-adapters.ts';
export { mergeAdapter } from './merge-adapter.ts';
export { readPeftAdapter, readPeftClasses } from './read-peft.ts';
export { writeMergedModel } from './write-merged-model.ts';
export { writePeftAdapter } from './write-peft.ts';
