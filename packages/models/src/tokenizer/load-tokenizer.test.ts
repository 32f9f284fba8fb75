import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderFiles } from '@legend-fl/adapter/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTokenizer } from './load-tokenizer.ts';

const loadFrom = (folder: string) => loadTokenizer(folderFiles(folder));

interface SentenceGolden {
  readonly text: string;
  readonly textPair: string | null;
  readonly maxLength: number;
  readonly ids: readonly number[];
  readonly typeIds: readonly number[];
  readonly truncated: boolean;
}

const modelsFolder = new URL('../../../../testdata/models/', import.meta.url).pathname;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-tokenizer-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function readJson(path: string) {
  return JSON.parse(await readFile(path, 'utf8'));
}

/** A folder with the BERT tokenizer, changed. */
async function folderWith(changes: Readonly<Record<string, unknown>>): Promise<string> {
  const copy = await mkdtemp(join(folder, 'changed-'));
  const definition = await readJson(join(modelsFolder, 'bert', 'tokenizer.json'));
  await writeFile(join(copy, 'tokenizer.json'), JSON.stringify({ ...definition, ...changes }));
  return copy;
}

describe('loadTokenizer', () => {
  test.each(['bert', 'bert-headless-f16', 'roberta-sharded', 'distilbert-bf16'])(
    'gives the ids, types and truncation of transformers for %s',
    async (name) => {
      const tokenizer = await loadFrom(join(modelsFolder, name));
      const golden = await readJson(join(modelsFolder, name, 'golden.json'));
      const sentences: readonly SentenceGolden[] = golden.sentences;
      expect(sentences.length).toBeGreaterThan(10);
      for (const { text, textPair, maxLength, ids, typeIds, truncated } of sentences) {
        const encoded = tokenizer.encode(text, textPair ?? undefined, { maxLength });
        expect({ text, ...encoded }).toEqual({
          text,
          ids: Int32Array.from(ids),
          typeIds: Int32Array.from(typeIds),
          truncated,
        });
      }
    },
  );

  test('keeps every token when no length is given', async () => {
    const tokenizer = await loadFrom(join(modelsFolder, 'bert'));
    const { ids, truncated } = tokenizer.encode('word '.repeat(50_000));
    expect([ids.length > 50_000, truncated]).toEqual([true, false]);
  });

  test('refuses a length without room for the special tokens', async () => {
    const tokenizer = await loadFrom(join(modelsFolder, 'roberta-sharded'));
    expect(() => tokenizer.encode('a', 'b', { maxLength: 3 })).toThrow('a maximum length of at least 4');
  });

  test('works without tokenizer_config.json, and refuses a broken one', async () => {
    const copy = await folderWith({});
    const { ids } = (await loadFrom(copy)).encode('Nobody waited.');
    expect(ids).toEqual((await loadFrom(join(modelsFolder, 'bert'))).encode('Nobody waited.').ids);
    await writeFile(join(copy, 'tokenizer_config.json'), 'x');
    await expect(loadFrom(copy)).rejects.toMatchObject({ code: 'json-invalid' });
  });

  test('follows a sequence of post-processors and does without any', async () => {
    const { post_processor } = await readJson(join(modelsFolder, 'bert-headless-f16', 'tokenizer.json'));
    const byteLevel = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true };
    const sequence = await loadFrom(
      await folderWith({ post_processor: { type: 'Sequence', processors: [byteLevel, post_processor] } }),
    );
    expect(sequence.encode('a', 'b').typeIds).toEqual(Int32Array.of(0, 0, 0, 1, 1));
    const bare = await loadFrom(await folderWith({ post_processor: null }));
    expect(bare.encode('a', 'b').typeIds).toEqual(Int32Array.of(0, 1));
  });

  test('refuses a missing, broken or unknown tokenizer', async () => {
    const copy = await mkdtemp(join(folder, 'empty-'));
    await expect(loadFrom(copy)).rejects.toMatchObject({ code: 'file-missing' });
    await cp(join(modelsFolder, 'bert', 'config.json'), join(copy, 'tokenizer.json'));
    await expect(loadFrom(copy)).rejects.toMatchObject({ code: 'tokenizer-invalid' });
    for (const changes of [
      { model: { type: 'Rune' } },
      { model: { type: 'WordPiece', unk_token: '[UNK]' } },
      { post_processor: { type: 'Wrapping' } },
      { post_processor: { type: 'BertProcessing', cls: ['[CLS]'], sep: ['[SEP]', 3] } },
      {
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }],
          pair: [],
          special_tokens: {},
        },
      },
    ]) {
      await expect(loadFrom(await folderWith(changes))).rejects.toMatchObject({
        code: 'tokenizer-invalid',
      });
    }
  });

  test('refuses a text for which the vocabulary has neither a token nor an unknown token', async () => {
    const model = { type: 'WordPiece', unk_token: '[?]', continuing_subword_prefix: '##', vocab: { a: 0 } };
    const tokenizer = await loadFrom(await folderWith({ model }));
    expect(() => tokenizer.encode('zebra')).toThrow('no id for a part of "zebra"');
  });
});
