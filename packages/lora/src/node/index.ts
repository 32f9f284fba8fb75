export { type AdapterNotes, readAdapterNotes, writeAdapterNotes } from './adapter-notes.ts';
export { readPeftAdapter, readPeftClasses } from './read-peft.ts';
export { writeMergedModel } from './write-merged-model.ts';
export { writePeftAdapter } from './write-peft.ts';
