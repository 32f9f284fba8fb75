import type { Adapter } from '@legend-fl/adapter';
import { entryOf, itemAt } from '@legend-fl/base';
import { adaptedPartOf, adapterFeeds } from './adapter-feeds.ts';
import { collate } from './batches/collate.ts';
import { evaluationBatches } from './batches/plan-batches.ts';
import type { TokenizedDataset } from './batches/tokenized-dataset.ts';
import type { Engine } from './engine.ts';
import { vectorOutput } from './trained-state.ts';

/** Examples per batch; larger ones measured no faster. */
const BATCH_SIZE = 32;

/** Logits of some examples, [examples, classes] row-major in the order they were asked for. */
export async function computeLogits(
  engine: Engine,
  dataset: TokenizedDataset,
  adapter: Adapter,
  examples: readonly number[],
): Promise<Float32Array> {
  const { architecture } = engine;
  const { blocks, classes } = architecture;
  const specification = { ...adaptedPartOf(architecture, adapter, blocks), kind: 'forward' } as const;
  const program = await engine.program(specification);
  const fixed = adapterFeeds(adapter, program.adapter);
  const rowOf = new Map(examples.map((example, row) => [example, row]));
  const logits = new Float32Array(examples.length * classes);
  for (const batch of evaluationBatches(dataset, examples, BATCH_SIZE)) {
    const outputs = await engine.run(
      specification,
      new Map([...fixed, ...collate(architecture, dataset, batch)]),
    );
    const rows = vectorOutput(outputs, 'logits').data;
    for (const [index, example] of batch.entries()) {
      logits.set(rows.subarray(index * classes, (index + 1) * classes), entryOf(rowOf, example) * classes);
    }
  }
  return logits;
}

/** Share of examples whose largest logit is their label's, and mean cross-entropy. */
export interface Score {
  readonly accuracy: number;
  readonly loss: number;
}

/** @param logits [examples, classes]; labels[i] belongs to row i */
export function scoreLogits(logits: Float32Array, labels: ArrayLike<number>, classes: number): Score {
  let correct = 0;
  let loss = 0;
  for (let row = 0; row < labels.length; row++) {
    const values = logits.subarray(row * classes, (row + 1) * classes);
    const label = itemAt(labels, row);
    const highest = values.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
    const total = values.reduce((sum, value) => sum + Math.exp(value - highest), 0);
    if (values.indexOf(highest) === label) correct++;
    loss += Math.log(total) + highest - itemAt(values, label);
  }
  return { accuracy: correct / labels.length, loss: loss / labels.length };
}
