import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderFiles } from '@legend-fl/adapter/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from './open-checkpoint.ts';

const modelsFolder = new URL('../../../../testdata/models/', import.meta.url).pathname;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-checkpoint-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A copy of a checkpoint that a test may damage. */
async function copyOf(name: string): Promise<string> {
  const copy = await mkdtemp(join(folder, `${name}-`));
  await cp(join(modelsFolder, name), copy, { recursive: true });
  return copy;
}

describe('openCheckpoint', () => {
  test('reads config.json and tensors of the expected shape', async () => {
    const checkpoint = await openCheckpoint(folderFiles(join(modelsFolder, 'bert')));
    expect(checkpoint.config.model_type).toBe('bert');
    expect(checkpoint.has('bert.pooler.dense.bias')).toBe(true);
    expect(checkpoint.has('pooler.dense.bias')).toBe(false);
    expect(checkpoint.tensorNames).toContain('classifier.weight');
    expect(checkpoint.dimsOf('classifier.weight')).toEqual([3, 32]);
    expect(checkpoint.dimsOf('nothing')).toBeUndefined();
    const { dims, data } = await checkpoint.read('classifier.weight', [3, 32]);
    expect([dims, data.length]).toEqual([[3, 32], 96]);
  });

  test('reads shards as one', async () => {
    const checkpoint = await openCheckpoint(folderFiles(join(modelsFolder, 'roberta-sharded')));
    const index = JSON.parse(
      await readFile(join(modelsFolder, 'roberta-sharded', 'model.safetensors.index.json'), 'utf8'),
    );
    expect(new Set(Object.values(index.weight_map)).size).toBe(3);
    expect(new Set(checkpoint.tensorNames)).toEqual(new Set(Object.keys(index.weight_map)));
    let elements = 0;
    for (const name of checkpoint.tensorNames) {
      const { data } = await checkpoint.read(name, checkpoint.dimsOf(name) ?? []);
      elements += data.length;
    }
    expect(elements).toBe(index.metadata.total_parameters);
  });

  test('says both shapes when config.json and weights disagree', async () => {
    const checkpoint = await openCheckpoint(folderFiles(join(modelsFolder, 'bert')));
    await expect(checkpoint.read('classifier.weight', [2, 32])).rejects.toThrow(
      'expected tensor classifier.weight of shape [2,32], as config.json says, got shape [3,32]',
    );
    await expect(checkpoint.read('nothing', [1])).rejects.toMatchObject({ code: 'tensor-missing' });
  });

  test('refuses missing and corrupt files', async () => {
    await expect(openCheckpoint(folderFiles(join(folder, 'absent')))).rejects.toMatchObject({
      code: 'file-missing',
    });

    const copy = await copyOf('bert');
    await truncate(join(copy, 'model.safetensors'), 1000);
    await expect(openCheckpoint(folderFiles(copy))).rejects.toMatchObject({ code: 'safetensors-truncated' });
    await rm(join(copy, 'model.safetensors'));
    await expect(openCheckpoint(folderFiles(copy))).rejects.toMatchObject({
      code: 'checkpoint-weights-missing',
    });
    await writeFile(join(copy, 'config.json'), '{"model_type": ');
    await expect(openCheckpoint(folderFiles(copy))).rejects.toMatchObject({ code: 'json-invalid' });
    await writeFile(join(copy, 'config.json'), '[1]');
    await expect(openCheckpoint(folderFiles(copy))).rejects.toThrow('expected a JSON object, got an array');
  });

  test('refuses an index that does not fit its shards', async () => {
    const copy = await copyOf('roberta-sharded');
    const indexPath = join(copy, 'model.safetensors.index.json');
    const index = JSON.parse(await readFile(indexPath, 'utf8'));
    const withMap = (changes: Record<string, string>) =>
      writeFile(indexPath, JSON.stringify({ ...index, weight_map: { ...index.weight_map, ...changes } }));

    await withMap({ extra: 'model-00001-of-00003.safetensors' });
    await expect(openCheckpoint(folderFiles(copy))).rejects.toThrow(
      'tensor extra in model-00001-of-00003.safetensors',
    );
    await withMap({ extra: '../outside.safetensors' });
    await expect(openCheckpoint(folderFiles(copy))).rejects.toMatchObject({
      code: 'checkpoint-index-invalid',
    });
    await writeFile(indexPath, '{}');
    await expect(openCheckpoint(folderFiles(copy))).rejects.toMatchObject({
      code: 'checkpoint-index-invalid',
    });

    await writeFile(indexPath, JSON.stringify(index));
    await rm(join(copy, 'model-00002-of-00003.safetensors'));
    await expect(openCheckpoint(folderFiles(copy))).rejects.toMatchObject({ code: 'file-missing' });
  });
});
