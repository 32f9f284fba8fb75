import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import type { ModelFiles } from '../safetensors/model-files.ts';
import { unreadableFile } from './unreadable-file.ts';

/** The files of a folder on disk. */
export function folderFiles(folder: string): ModelFiles {
  return {
    where: folder,
    list: () =>
      readdir(folder).catch((cause) => {
        throw unreadableFile(folder, 'a folder with a model', cause);
      }),
    open: async (name, content) => {
      const path = join(folder, name);
      const { size } = await stat(path).catch((cause) => {
        throw unreadableFile(path, content, cause);
      });
      return { path, byteLength: size, read: (offset, length) => readPart(path, offset, length, content) };
    },
  };
}

async function readPart(
  path: string,
  byteOffset: number,
  byteLength: number,
  content: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const unreadable = (cause: unknown) => unreadableFile(path, content, cause);
  const file = await open(path, 'r').catch((cause) => {
    throw unreadable(cause);
  });
  try {
    const bytes = new Uint8Array(byteLength);
    let filled = 0;
    while (filled < byteLength) {
      // One call of the operating system hands over 2 GiB at most.
      const { bytesRead } = await file
        .read(bytes, filled, Math.min(byteLength - filled, 2 ** 30), byteOffset + filled)
        .catch((cause) => {
          throw unreadable(cause);
        });
      if (bytesRead === 0) {
        throw new InputError({
          code: 'file-truncated',
          expected: `${byteLength} bytes from byte ${byteOffset}`,
          got: `${filled} bytes`,
          where: path,
          todo: 'The file became shorter while it was read; copy it again.',
        });
      }
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}
