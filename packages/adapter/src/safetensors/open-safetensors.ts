import { InputError } from '@legend-fl/base';
import type { Tensor } from '../adapter.ts';
import { decodeTensor } from './decode-safetensors.ts';
import type { ModelFiles } from './model-files.ts';
import { LENGTH_BYTES, parseHeader, readHeaderLength, type SafetensorsHeader } from './safetensors-header.ts';

/** A safetensors file whose header has been read and checked; it holds no open file. */
export interface SafetensorsFile extends SafetensorsHeader {
  /** What error messages call it. */
  readonly path: string;
  /** The tensor as float32. Throws an InputError if it is absent, not of a float type, or cannot be read. */
  read(name: string): Promise<Tensor>;
}

/** Reads and checks the header of a safetensors file; the tensors are read one by one when asked for. */
export async function openSafetensors(files: ModelFiles, name: string): Promise<SafetensorsFile> {
  const file = await files.open(name, 'a safetensors file');
  const { path, byteLength } = file;
  const start = await file.read(0, Math.min(LENGTH_BYTES, byteLength));
  const headerBytes = readHeaderLength(start, byteLength, path);
  const header = parseHeader(await file.read(LENGTH_BYTES, headerBytes), byteLength, path);

  const read = async (tensor: string): Promise<Tensor> => {
    const entry = header.entries.get(tensor);
    if (entry === undefined) {
      throw new InputError({
        code: 'tensor-missing',
        expected: `a tensor ${tensor}`,
        got: `${header.entries.size} others`,
        where: path,
        todo: 'Check that the file belongs to this model.',
      });
    }
    return decodeTensor(tensor, entry, await file.read(entry.byteOffset, entry.byteLength), path);
  };

  return { ...header, path, read };
}
