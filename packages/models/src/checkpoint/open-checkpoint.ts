import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Tensor } from '@legend/adapter';
import { InputError } from '@legend/base';
import * as z from 'zod';
import type { JsonObject } from './json-object.ts';
import { readJsonObject } from './read-json-object.ts';
import { openSafetensors, type SafetensorsFile } from './read-safetensors.ts';

/** A model folder as Hugging Face lays it out: config.json, and weights in one or several safetensors files. */
export interface Checkpoint {
  readonly folder: string;
  /** config.json as it is. */
  readonly config: JsonObject;
  readonly tensorNames: readonly string[];
  has(name: string): boolean;
  /** The shape of a tensor, or undefined if there is none of that name. */
  dimsOf(name: string): readonly number[] | undefined;
  /** The tensor as float32. Throws an InputError if it is absent or its shape is not `expectedDims`. */
  read(name: string, expectedDims: readonly number[]): Promise<Tensor>;
}

const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/** Opens a model folder and checks its weight files' headers. Throws an InputError if anything is missing or corrupt. */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const config = await readJsonObject(join(folder, 'config.json'));
  const fileOf = await openWeights(folder);

  const dimsOf = (name: string) => fileOf.get(name)?.entries.get(name)?.dims;

  const read = async (name: string, expectedDims: readonly number[]): Promise<Tensor> => {
    const [file, dims] = [fileOf.get(name), dimsOf(name)];
    if (file === undefined || dims === undefined) {
      throw new InputError({
        code: 'tensor-missing',
        expected: `a tensor ${name} of shape [${expectedDims}]`,
        got: `${fileOf.size} other tensors`,
        where: folder,
        todo: 'Check that the weights belong to this config.json.',
      });
    }
    if (!sameDims(dims, expectedDims)) {
      throw new InputError({
        code: 'tensor-shape-mismatch',
        expected: `tensor ${name} of shape [${expectedDims}], as config.json says`,
        got: `shape [${dims}]`,
        where: file.path,
        todo: 'Check that the weights belong to this config.json.',
      });
    }
    return file.read(name);
  };

  return {
    folder,
    config,
    tensorNames: [...fileOf.keys()],
    has: (name) => fileOf.has(name),
    dimsOf,
    read,
  };
}

/** The file that holds the tensor of a name. */
type Weights = ReadonlyMap<string, SafetensorsFile>;

async function openWeights(folder: string): Promise<Weights> {
  if (await exists(join(folder, WEIGHTS))) {
    const file = await openSafetensors(join(folder, WEIGHTS));
    return new Map([...file.entries.keys()].map((name) => [name, file]));
  }
  if (await exists(join(folder, INDEX))) return openShards(folder);
  throw new InputError({
    code: 'checkpoint-weights-missing',
    expected: `${WEIGHTS} or ${INDEX}`,
    got: 'neither',
    where: folder,
    todo: 'Download the model again; weights in another format (pytorch_model.bin, say) must be converted to safetensors.',
  });
}

async function openShards(folder: string): Promise<Weights> {
  const indexPath = join(folder, INDEX);
  const parsed = indexSchema.safeParse(await readJsonObject(indexPath));
  if (!parsed.success) {
    throw new InputError({
      code: 'checkpoint-index-invalid',
      expected: 'a weight_map from tensor names to file names',
      got: z.prettifyError(parsed.error),
      where: indexPath,
      todo: 'Download the file again.',
      cause: parsed.error,
    });
  }
  const fileNameOf = new Map(Object.entries(parsed.data.weight_map));
  const shards = new Map<string, SafetensorsFile>();
  for (const fileName of [...new Set(fileNameOf.values())].sort()) {
    if (fileName !== basename(fileName) || fileName === '..' || fileName === '.') {
      throw new InputError({
        code: 'checkpoint-index-invalid',
        expected: 'file names without a folder',
        got: fileName,
        where: indexPath,
        todo: 'Use weights from a source that you trust.',
      });
    }
    shards.set(fileName, await openSafetensors(join(folder, fileName)));
  }
  const fileOf = new Map<string, SafetensorsFile>();
  for (const [name, fileName] of fileNameOf) {
    const shard = shards.get(fileName);
    if (shard === undefined || !shard.entries.has(name)) {
      throw new InputError({
        code: 'tensor-missing',
        expected: `tensor ${name} in ${fileName}`,
        got: 'a file without it',
        where: indexPath,
        todo: 'The shards and their index come from different downloads; download them again.',
      });
    }
    fileOf.set(name, shard);
  }
  return fileOf;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function sameDims(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((dim, index) => dim === right[index]);
}
