import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Adapter } from '@legend-fl/adapter';
import { writeSafetensors } from '@legend-fl/adapter/node';
import type { Model } from '@legend-fl/models';
import { mergeAdapter } from '../merge-adapter.ts';

/**
 * Writes the model with the adapter merged into it, as a folder that transformers loads: config.json,
 * model.safetensors (float32, full parameter names) and the tokenizer's files. The folder appears whole or not at all.
 *
 * @param folder must not exist, or be empty
 * @param classes names of the classes, for config.json
 */
export async function writeMergedModel(
  folder: string,
  model: Model,
  adapter: Adapter,
  classes: readonly string[] | undefined,
): Promise<void> {
  const staging = join(dirname(resolve(folder)), `.unfinished-${randomUUID()}`);
  await mkdir(staging, { recursive: true });
  try {
    const tensors = await model.readAll();
    const merged = await mergeAdapter(model.architecture, adapter, async (name, dims) =>
      model.read(name, dims),
    );
    for (const [name, tensor] of merged) tensors.set(name, tensor);
    await writeSafetensors(join(staging, 'model.safetensors'), { tensors, metadata: { format: 'pt' } });
    await writeFile(
      join(staging, 'config.json'),
      `${JSON.stringify(mergedConfig(model, classes), null, 2)}\n`,
    );
    for (const name of await model.files.list()) {
      if (!/^(tokenizer|special_tokens_map|vocab|merges)/.test(name)) continue;
      const { byteLength, read } = await model.files.open(name, 'a file of the tokenizer');
      await writeFile(join(staging, name), await read(0, byteLength));
    }
    // Fails where the folder holds something by now.
    await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(staging, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** The base's config.json with the head's class and labels. */
function mergedConfig({ config, architecture }: Model, classes: readonly string[] | undefined): object {
  const names = classes ?? Array.from({ length: architecture.classes }, (_, index) => `LABEL_${index}`);
  return {
    ...config,
    architectures: [architecture.transformersClass],
    num_labels: undefined,
    id2label: Object.fromEntries(names.entries()),
    label2id: Object.fromEntries(names.map((name, index) => [name, index])),
    // transformers reads `dtype` from version 4.56 on, `torch_dtype` before.
    dtype: 'float32',
    torch_dtype: 'float32',
  };
}
