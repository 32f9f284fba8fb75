export { type Hold, holdFile } from './hold-file.ts';
export { loadSqlite } from './load-sqlite.ts';
export { placeBeside } from './place-beside.ts';
export { parseStructuredText, readStructuredFile } from './read-structured-file.ts';
export { explainSqliteFault, resultCode } from './sqlite-fault.ts';
export { withoutWarning } from './without-warning.ts';
export { WriteError } from './write-error.ts';
export { writeFileAtomically } from './write-file-atomically.ts';
