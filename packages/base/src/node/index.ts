export { WriteError } from './write-error.ts';
export { writeFileAtomically } from './write-file-atomically.ts';
