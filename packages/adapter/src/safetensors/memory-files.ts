import { missingFile } from './missing-file.ts';
import type { ModelFiles } from './model-files.ts';

/**
 * Files whose bytes are in memory, by name: a model that a browser has fetched, say.
 * @param where what error messages call the place that they come from, e.g. its address
 */
export function memoryFiles(contents: ReadonlyMap<string, Uint8Array>, where: string): ModelFiles {
  return {
    where,
    list: async () => [...contents.keys()],
    open: async (name, content) => {
      const [path, bytes] = [`${where}/${name}`, contents.get(name)];
      if (!bytes) throw missingFile(path, content);
      return {
        path,
        byteLength: bytes.byteLength,
        // Not `slice`, which in a Buffer of Node copies nothing.
        read: async (byteOffset, byteLength) =>
          new Uint8Array(bytes.subarray(byteOffset, byteOffset + byteLength)),
      };
    },
  };
}
