import { readFileSync } from 'node:fs';
import { type Adapter, type LoraModule, mapTensors, namedTensors, type Tensor } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { seededRandom } from '@legend-fl/base';
import { createAdapter } from '@legend-fl/lora';
import { openModel } from '@legend-fl/models';
import { Engine } from './engine.ts';
import { type Batch, datasetOf, testdataFolder } from './golden.fixture.ts';
import { nodeRuntime } from './node/node-runtime.ts';
import { type LocalResult, type LocalTask, trainOnBatches } from './train-locally.ts';

const folder = testdataFolder('models/bert');

/** The tiny BERT of three blocks and three classes. */
export const smallBert = await openModel(folderFiles(folder), { seed: 1 });

/** One batch of three sentences, labelled. */
export const sentences = datasetOf(
  [JSON.parse(readFileSync(`${folder}golden.json`, 'utf8')).batches[0] as Batch],
  [[0, 1, 2]],
);

export const newEngine = (model = smallBert): Engine => new Engine(model, nodeRuntime({ threads: 1 }));

/** LoRA of the given ranks on query and value, α = 2r, with B drawn too, so that every gradient has something to show. */
export function trainedLora(ranks: readonly number[]): Adapter<LoraModule> {
  const alphas = ranks.map((rank) => 2 * rank);
  const fresh = createAdapter(
    smallBert.architecture,
    { targets: ['query', 'value'], ranks, alphas },
    smallBert.head,
    3,
  );
  for (const [index, block] of fresh.blocks.entries()) {
    for (const [target, { b }] of block) {
      const random = seededRandom(3, 'B', index, target);
      for (const at of b.data.keys()) b.data[at] = 0.3 * (2 * random() - 1);
    }
  }
  return fresh;
}

/** Plain gradient descent, so that one step of rate 1 takes off exactly the gradient. */
const plain: Omit<LocalTask, 'adapter'> = {
  depth: 3,
  trunk: 'base',
  examples: [0, 1, 2],
  steps: 1,
  batchSize: 3,
  update: { optimizer: 'sgd', weightDecay: 0, maxGradNorm: 0 },
  learningRate: { peak: 1, warmupSteps: 0 },
  firstStep: 0,
  seed: 0,
};

export function stepOnSentences(
  engine: Engine,
  task: Pick<LocalTask, 'adapter'> & Partial<LocalTask>,
): Promise<LocalResult> {
  return trainOnBatches(engine, sentences, { ...plain, ...task }, [[0, 1, 2]].values());
}

/** The gradient of every tensor that a step changes, by its flat name; of those that it leaves alone, zeros. */
export async function gradients(
  engine: Engine,
  task: Pick<LocalTask, 'adapter'> & Partial<LocalTask>,
): Promise<ReadonlyMap<string, Tensor>> {
  const { adapter } = await stepOnSentences(engine, task);
  const before = namedTensors(task.adapter);
  const difference = mapTensors(adapter, (name, { dims, data }) => ({
    dims,
    data: data.map((value, index) => (before.get(name)?.data[index] ?? Number.NaN) - value),
  }));
  return namedTensors(difference);
}
