export { placeBeside } from './place-beside.ts';
export { parseStructuredText, readStructuredFile } from './read-structured-file.ts';
export { WriteError } from './write-error.ts';
export { writeFileAtomically } from './write-file-atomically.ts';
