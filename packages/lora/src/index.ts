export { createAdapter, type LoraSpecification, selectLinearMaps } from './create-adapter.ts';
export { injectLora, scaleName } from './inject-lora.ts';
export { mergeAdapter } from './merge-adapter.ts';
export { readPeftAdapter } from './read-peft.ts';
export { writePeftAdapter } from './write-peft.ts';
