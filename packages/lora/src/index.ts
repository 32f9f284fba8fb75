export { type AdapterNotes, readAdapterNotes, writeAdapterNotes } from './adapter-notes.ts';
export { createAdapter, type LoraSpecification, selectLinearMaps } from './create-adapter.ts';
export { injectLora, scaleName } from './inject-lora.ts';
export { mergeAdapter } from './merge-adapter.ts';
export { readPeftAdapter, readPeftClasses } from './read-peft.ts';
export { writeMergedModel } from './write-merged-model.ts';
export { writePeftAdapter } from './write-peft.ts';
