import { type FileHandle, open } from 'node:fs/promises';
import type { Tensor } from '@legend/adapter';
import { InputError } from '@legend/base';
import { decodeTensor } from './decode-safetensors.ts';
import { LENGTH_BYTES, parseHeader, readHeaderLength, type SafetensorsHeader } from './safetensors-header.ts';
import { unreadableFile } from './unreadable-file.ts';

/** A safetensors file whose header has been read and checked; it holds no open file. */
export interface SafetensorsFile extends SafetensorsHeader {
  readonly path: string;
  /** The tensor as float32. Throws an InputError if it is absent, not of a float type, or cannot be read. */
  read(name: string): Promise<Tensor>;
}

/** Reads and checks the header of a safetensors file; the tensors are read one by one when asked for. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const header = await withFile(path, async (file) => {
    const { size } = await file.stat();
    const start = await readBytes(file, 0, Math.min(LENGTH_BYTES, size), path);
    const headerBytes = readHeaderLength(start, size, path);
    return parseHeader(await readBytes(file, LENGTH_BYTES, headerBytes, path), size, path);
  });

  const read = async (name: string): Promise<Tensor> => {
    const entry = header.entries.get(name);
    if (entry === undefined) {
      throw new InputError({
        code: 'tensor-missing',
        expected: `a tensor ${name}`,
        got: `${header.entries.size} others`,
        where: path,
        todo: 'Check that the file belongs to this model.',
      });
    }
    const data = await withFile(path, (file) => readBytes(file, entry.byteOffset, entry.byteLength, path));
    return decodeTensor(name, entry, data, path);
  };

  return { ...header, path, read };
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r').catch((cause) => {
    throw unreadableFile(path, 'a safetensors file', cause);
  });
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** Exactly `length` bytes from `position`, in memory of their own. */
async function readBytes(
  file: FileHandle,
  position: number,
  length: number,
  path: string,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    // One call of the operating system hands over 2 GiB at most.
    const { bytesRead } = await file
      .read(bytes, filled, Math.min(length - filled, 2 ** 30), position + filled)
      .catch((cause) => {
        throw unreadableFile(path, 'a safetensors file', cause);
      });
    if (bytesRead === 0) {
      throw new InputError({
        code: 'safetensors-truncated',
        expected: `${length} bytes from byte ${position}`,
        got: `${filled} bytes`,
        where: path,
        todo: 'The file became shorter while it was read; copy it again.',
      });
    }
    filled += bytesRead;
  }
  return bytes;
}
