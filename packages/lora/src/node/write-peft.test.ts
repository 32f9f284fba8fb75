import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderFiles } from '@legend-fl/adapter/node';
import { type Architecture, readJsonObject, selectArchitecture } from '@legend-fl/models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPeftAdapter } from './read-peft.ts';
import { writePeftAdapter } from './write-peft.ts';

const testdata = new URL('../../../../testdata/', import.meta.url).pathname;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-peft-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function architectureOf(model: string, classes: number): Promise<Architecture> {
  const { path, content } = await readJsonObject(folderFiles(join(testdata, 'models', model)), 'config.json');
  return selectArchitecture(content, classes, path);
}

const goldens = [
  { name: 'bert-patterns', model: 'bert', classes: 3 },
  { name: 'bert-all-linear-rslora', model: 'bert', classes: 3 },
  { name: 'roberta-patterns', model: 'roberta-sharded', classes: 2 },
];

describe('writePeftAdapter', () => {
  test.each(goldens)('writes $name so that it reads back identical', async ({ name, model, classes }) => {
    const architecture = await architectureOf(model, classes);
    const adapter = await readPeftAdapter(join(testdata, 'peft', name), architecture);
    const written = join(folder, 'nested', name);
    for (let time = 0; time < 2; time++) {
      await writePeftAdapter(written, adapter, architecture, { baseModel: 'org/name' });
      expect(await readPeftAdapter(written, architecture)).toEqual(adapter);
    }
    expect((await readdir(written)).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  });

  test('describes depth and ranks in the words of PEFT', async () => {
    const architecture = await architectureOf('bert', 3);
    const adapter = await readPeftAdapter(join(testdata, 'peft', 'bert-patterns'), architecture);
    const written = join(folder, 'described');
    await writePeftAdapter(written, adapter, architecture, { baseModel: null });
    expect((await readJsonObject(folderFiles(written), 'adapter_config.json')).content).toMatchObject({
      peft_type: 'LORA',
      task_type: 'SEQ_CLS',
      base_model_name_or_path: null,
      r: 6,
      lora_alpha: 3,
      target_modules: ['attention.self.query', 'attention.self.value'],
      layers_to_transform: [1, 2],
      modules_to_save: ['classifier'],
      rank_pattern: {
        'bert.encoder.layer.1.attention.self.query': 2,
        'bert.encoder.layer.1.attention.self.value': 4,
        'bert.encoder.layer.2.attention.self.query': 4,
      },
    });
  });

  test('names one of two targets with the same ending, and targets that differ by block, by whole paths', async () => {
    const architecture = await architectureOf('bert', 3);
    const all = await readPeftAdapter(join(testdata, 'peft', 'bert-all-linear-rslora'), architecture);
    const only = (target: string) => new Map([...(all.blocks[2] ?? [])].filter(([name]) => name === target));
    for (const blocks of [
      [new Map(), new Map(), only('output.dense')],
      [new Map(), only('attention.self.key'), only('attention.self.value')],
    ]) {
      const written = await mkdtemp(join(folder, 'paths-'));
      const adapter = { ...all, blocks };
      await writePeftAdapter(written, adapter, architecture, { baseModel: null });
      expect(await readPeftAdapter(written, architecture)).toEqual(adapter);
    }
  });

  test('refuses an adapter of another model before it touches the folder', async () => {
    const adapter = await readPeftAdapter(
      join(testdata, 'peft', 'bert-patterns'),
      await architectureOf('bert', 3),
    );
    const written = join(folder, 'untouched');
    await expect(
      writePeftAdapter(written, adapter, await architectureOf('roberta-sharded', 2), { baseModel: null }),
    ).rejects.toBeInstanceOf(RangeError);
    await expect(
      writePeftAdapter(written, { blocks: [], head: adapter.head }, await architectureOf('bert', 3), {
        baseModel: null,
      }),
    ).rejects.toThrow('An adapter without LoRA');
    expect(await readdir(folder)).not.toContain('untouched');
  });
});
