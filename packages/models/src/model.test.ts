import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderFiles } from '@legend-fl/adapter/node';
import { describe, expect, test } from 'vitest';
import { openModel, trainedClasses } from './model.ts';

const folderOf = (name: string) =>
  fileURLToPath(new URL(`../../../testdata/models/${name}`, import.meta.url));

describe('a checkpoint with a trained head', () => {
  test('keeps it when the number of classes fits', async () => {
    const model = await openModel(folderFiles(folderOf('bert')), { classes: 3, seed: 1 });
    expect(model.newHead).toEqual([]);
    expect(model.headModules).toEqual(['classifier']);
    expect(model.head.get('classifier.weight')?.dims).toEqual([3, 32]);
  });

  test('gets a new one, drawn from the seed, for another number of classes', async () => {
    const draw = async (seed: number) => {
      const { head, newHead } = await openModel(folderFiles(folderOf('bert')), { classes: 5, seed });
      expect(newHead).toEqual(['classifier.weight', 'classifier.bias']);
      return [...(head.get('classifier.weight')?.data ?? [])];
    };
    const [first, again, other] = [await draw(1), await draw(1), await draw(2)];
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
    const deviation = Math.sqrt(first.reduce((sum, value) => sum + value ** 2, 0) / first.length);
    // 160 draws from N(0, 0.2²), the checkpoint's initializer_range.
    expect(deviation).toBeGreaterThan(0.15);
    expect(deviation).toBeLessThan(0.25);
  });

  test('tells the names of its classes', async () => {
    expect(await trainedClasses(folderFiles(folderOf('bert')))).toEqual(['LABEL_0', 'LABEL_1', 'LABEL_2']);
  });
});

describe('a checkpoint without prefix and head', () => {
  const folder = folderOf('bert-headless-f16');

  test('is read under full names, its head is drawn', async () => {
    const model = await openModel(folderFiles(folder), { classes: 2, seed: 1 });
    expect(model.newHead).toEqual(['classifier.weight', 'classifier.bias']);
    const name = 'bert.encoder.layer.0.attention.self.query.weight';
    expect((await model.read(name, [32, 32])).data).toHaveLength(1024);
    expect([...(await model.readAll()).keys()]).toContain(name);
    expect(await trainedClasses(folderFiles(folder))).toBeUndefined();
  });
});

test('a shape that does not fit config.json is refused with both shapes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'legend-model-'));
  for (const file of ['model.safetensors', 'tokenizer.json']) {
    await copyFile(join(folderOf('bert'), file), join(folder, file));
  }
  const config = JSON.parse(await readFile(join(folderOf('bert'), 'config.json'), 'utf8'));
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, intermediate_size: 128 }));
  const model = await openModel(folderFiles(folder), { classes: 3, seed: 1 });
  const name = 'bert.encoder.layer.0.intermediate.dense.weight';
  await expect(model.read(name, [128, 32])).rejects.toMatchObject({ code: 'tensor-shape-mismatch' });
  await expect(model.read(name, [128, 32])).rejects.toThrow(/\[128,32\].*\[64,32\]/);
});

test('an unknown architecture and a config without a field are refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'legend-model-'));
  await copyFile(join(folderOf('bert'), 'model.safetensors'), join(folder, 'model.safetensors'));
  const open = async (config: object) => {
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    return openModel(folderFiles(folder), { seed: 1 });
  };
  await expect(open({ model_type: 'constructor' })).rejects.toMatchObject({ code: 'architecture-unknown' });
  await expect(open({ model_type: 'bert' })).rejects.toMatchObject({ code: 'config-invalid' });
  const config = JSON.parse(await readFile(join(folderOf('bert'), 'config.json'), 'utf8'));
  await expect(open({ ...config, hidden_act: 'swish' })).rejects.toMatchObject({
    code: 'activation-unknown',
  });
});
