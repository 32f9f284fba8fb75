export { folderFiles } from './folder-files.ts';
export { writeSafetensors } from './write-safetensors.ts';
