import type { JsonObject, ModelFiles, Tensor } from '@legend-fl/adapter';
import { openSafetensors, type SafetensorsFile } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import * as z from 'zod';
import { readJsonObject } from './read-json-object.ts';

/** A model as Hugging Face lays it out: config.json, and weights in one or several safetensors files. */
export interface Checkpoint {
  /** Name of config.json in error messages. */
  readonly configPath: string;
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

/** Opens a model and checks its weight files' headers. Throws an InputError if anything is missing or corrupt. */
export async function openCheckpoint(files: ModelFiles): Promise<Checkpoint> {
  const config = await readJsonObject(files, 'config.json');
  const fileOf = await openWeights(files);

  const dimsOf = (name: string) => fileOf.get(name)?.entries.get(name)?.dims;

  const read = async (name: string, expectedDims: readonly number[]): Promise<Tensor> => {
    const [file, dims] = [fileOf.get(name), dimsOf(name)];
    if (file === undefined || dims === undefined) {
      throw new InputError({
        code: 'tensor-missing',
        expected: `a tensor ${name} of shape [${expectedDims}]`,
        got: `${fileOf.size} other tensors`,
        where: files.where,
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
    configPath: config.path,
    config: config.content,
    tensorNames: [...fileOf.keys()],
    has: (name) => fileOf.has(name),
    dimsOf,
    read,
  };
}

/** The file that holds the tensor of a name. */
type Weights = ReadonlyMap<string, SafetensorsFile>;

async function openWeights(files: ModelFiles): Promise<Weights> {
  const names = new Set(await files.list());
  if (names.has(WEIGHTS)) {
    const file = await openSafetensors(files, WEIGHTS);
    return new Map([...file.entries.keys()].map((name) => [name, file]));
  }
  if (names.has(INDEX)) return openShards(files);
  throw new InputError({
    code: 'checkpoint-weights-missing',
    expected: `${WEIGHTS} or ${INDEX}`,
    got: 'neither',
    where: files.where,
    todo: 'Download the model again; weights in another format (pytorch_model.bin, say) must be converted to safetensors.',
  });
}

async function openShards(files: ModelFiles): Promise<Weights> {
  const index = await readJsonObject(files, INDEX);
  const parsed = indexSchema.safeParse(index.content);
  if (!parsed.success) {
    throw new InputError({
      code: 'checkpoint-index-invalid',
      expected: 'a weight_map from tensor names to file names',
      got: z.prettifyError(parsed.error),
      where: index.path,
      todo: 'Download the file again.',
      cause: parsed.error,
    });
  }
  const fileNameOf = new Map(Object.entries(parsed.data.weight_map));
  const shards = new Map<string, SafetensorsFile>();
  for (const fileName of [...new Set(fileNameOf.values())].sort()) {
    if (/[/\\]/.test(fileName) || ['', '.', '..'].includes(fileName)) {
      throw new InputError({
        code: 'checkpoint-index-invalid',
        expected: 'file names without a folder',
        got: fileName,
        where: index.path,
        todo: 'Use weights from a source that you trust.',
      });
    }
    shards.set(fileName, await openSafetensors(files, fileName));
  }
  const fileOf = new Map<string, SafetensorsFile>();
  for (const [name, fileName] of fileNameOf) {
    const shard = shards.get(fileName);
    if (shard === undefined || !shard.entries.has(name)) {
      throw new InputError({
        code: 'tensor-missing',
        expected: `tensor ${name} in ${fileName}`,
        got: 'a file without it',
        where: index.path,
        todo: 'The shards and their index come from different downloads; download them again.',
      });
    }
    fileOf.set(name, shard);
  }
  return fileOf;
}

function sameDims(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((dim, index) => dim === right[index]);
}
