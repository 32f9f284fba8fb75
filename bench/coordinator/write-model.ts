import { copyFile, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** BERT-base's widths and depth, so that an adapter has its real shapes; what carries no LoRA is kept narrow. */
const BLOCKS = 12;
const HIDDEN = 768;
const INTERMEDIATE = 64;
const VOCABULARY = 200;
const POSITIONS = 64;

/** Values of one rank of a block: A [1, hidden] and B [hidden, 1] of query and value. */
const VALUES_PER_RANK = 4 * HIDDEN;

export const CLASSES = ['negative', 'positive'];

const config = {
  architectures: ['BertForSequenceClassification'],
  hidden_act: 'gelu',
  hidden_size: HIDDEN,
  initializer_range: 0.02,
  intermediate_size: INTERMEDIATE,
  layer_norm_eps: 1e-12,
  max_position_embeddings: POSITIONS,
  model_type: 'bert',
  num_attention_heads: 12,
  num_hidden_layers: BLOCKS,
  pad_token_id: 0,
  type_vocab_size: 2,
  vocab_size: VOCABULARY,
};

/** Writes a model whose weights are all zero (nobody trains or evaluates it here) into a new folder. */
export async function writeModel(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const tiny = fileURLToPath(new URL('../../testdata/models/bert/', import.meta.url));
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    await copyFile(join(tiny, name), join(folder, name));
  }
  await using settings = await open(join(folder, 'config.json'), 'w');
  await settings.writeFile(JSON.stringify(config));
  let bytes = 0;
  const entries = [...listParameters()].map(([name, shape]) => {
    const begin = bytes;
    bytes += 4 * shape.reduce((product, dim) => product * dim, 1);
    return [name, { dtype: 'F32', shape, data_offsets: [begin, bytes] }] as const;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.byteLength));
  await using weights = await open(join(folder, 'model.safetensors'), 'w');
  await weights.writeFile(Buffer.concat([length, header]));
  // What was never written reads as zeros and takes no room.
  await weights.truncate(8 + header.byteLength + bytes);
}

/** Σ r_l with which a float32 update has about so many bytes. */
export function totalRank(updateBytes: number): number {
  const values = updateBytes / 4 - CLASSES.length * (HIDDEN + 1);
  return Math.max(BLOCKS, Math.round(values / VALUES_PER_RANK));
}

function* listParameters(): Generator<readonly [string, readonly number[]]> {
  const norm = function* (path: string): Generator<readonly [string, readonly number[]]> {
    yield [`${path}.weight`, [HIDDEN]];
    yield [`${path}.bias`, [HIDDEN]];
  };
  const linear = function* (path: string, out: number, into: number) {
    yield [`${path}.weight`, [out, into]] as const;
    yield [`${path}.bias`, [out]] as const;
  };
  const embeddings = 'bert.embeddings';
  yield [`${embeddings}.word_embeddings.weight`, [VOCABULARY, HIDDEN]];
  yield [`${embeddings}.position_embeddings.weight`, [POSITIONS, HIDDEN]];
  yield [`${embeddings}.token_type_embeddings.weight`, [2, HIDDEN]];
  yield* norm(`${embeddings}.LayerNorm`);
  for (let block = 0; block < BLOCKS; block++) {
    const layer = `bert.encoder.layer.${block}`;
    for (const map of ['query', 'key', 'value']) {
      yield* linear(`${layer}.attention.self.${map}`, HIDDEN, HIDDEN);
    }
    yield* linear(`${layer}.attention.output.dense`, HIDDEN, HIDDEN);
    yield* norm(`${layer}.attention.output.LayerNorm`);
    yield* linear(`${layer}.intermediate.dense`, INTERMEDIATE, HIDDEN);
    yield* linear(`${layer}.output.dense`, HIDDEN, INTERMEDIATE);
    yield* norm(`${layer}.output.LayerNorm`);
  }
  yield* linear('bert.pooler.dense', HIDDEN, HIDDEN);
  yield* linear('classifier', CLASSES.length, HIDDEN);
}
