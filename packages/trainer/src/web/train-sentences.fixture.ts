import type { ModelFiles } from '@legend-fl/adapter';
import { type Adapter, mapTensors, namedTensors } from '@legend-fl/adapter';
import { seededRandom } from '@legend-fl/base';
import { createAdapter } from '@legend-fl/lora';
import { loadTokenizer, openModel } from '@legend-fl/models';
import { tokenizeExamples } from '../batches/tokenized-dataset.ts';
import { Engine } from '../engine.ts';
import { computeLogits } from '../evaluate.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type LocalTask, trainLocally } from '../train-locally.ts';

/** What a training came to; every part can be sent as JSON. */
export interface SentenceTraining {
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  /** Every tensor of the trained adapter by its flat name. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
  /** Of the trained adapter on all examples. */
  readonly logits: readonly number[];
}

/** Sentences of unequal length, so that batches are padded. */
const SENTENCES = [
  'Nobody waited for the boat.',
  'The coffee was cold, the film was long, and the harbour lights went out one after the other.',
  'A joy!',
  'An awful script.',
  'She read the letter twice before she burned it.',
  'Rain.',
];

/** The same three steps wherever they run: from the files of a model, tokens included, on any runtime. */
export async function trainSentences(
  files: ModelFiles,
  runtime: Runtime,
  changes: Partial<LocalTask>,
  onStep: () => void = () => {},
): Promise<SentenceTraining> {
  const model = await openModel(files, { classes: 3, seed: 1 });
  const engine = new Engine(model, runtime);
  const examples = SENTENCES.map((text, index) => ({ text, label: index % 3 }));
  const dataset = tokenizeExamples(await loadTokenizer(files), examples, 32);
  const specification = { targets: ['query', 'value'], ranks: [2, 3, 4], alphas: [4, 6, 8] };
  const task: LocalTask = {
    adapter: withDrawnB(createAdapter(model.architecture, specification, model.head, 5)),
    depth: model.architecture.blocks,
    trunk: 'base',
    examples: [...examples.keys()],
    steps: 3,
    batchSize: 4,
    update: { optimizer: 'adamw', weightDecay: 0.01, maxGradNorm: 1 },
    learningRate: { peak: 1e-3, warmupSteps: 0 },
    firstStep: 0,
    seed: 9,
    ...changes,
  };
  const { adapter, losses, gradientNorms } = await trainLocally(engine, dataset, task, onStep);
  const logits = await computeLogits(engine, dataset, adapter, task.examples);
  const tensors = [...namedTensors(adapter)].map(([name, { data }]) => [name, [...data]]);
  return { losses, gradientNorms, tensors: Object.fromEntries(tensors), logits: [...logits] };
}

/** With B drawn too, so that every gradient has something to show. */
function withDrawnB(adapter: Adapter): Adapter {
  return mapTensors(adapter, (name, { dims, data }) => {
    const random = seededRandom(3, name);
    return { dims, data: name.endsWith('lora_B') ? data.map(() => 0.3 * (2 * random() - 1)) : data };
  });
}
