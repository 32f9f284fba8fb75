import { readFileSync } from 'node:fs';
import { type Adapter, type LoraModule, namedTensors, type Tensor } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { type Architecture, type Model, openModel } from '@legend-fl/models';
import { describe, expect, test } from 'vitest';
import { adaptedPartOf } from './adapter-feeds.ts';
import { Engine } from './engine.ts';
import { computeLogits } from './evaluate.ts';
import {
  type Batch,
  batchIndices,
  datasetOf,
  expectClose,
  readTensors,
  testdataFolder,
} from './golden.fixture.ts';
import { nodeRuntime } from './node/node-runtime.ts';
import { trainOnBatches } from './train-locally.ts';

interface Training {
  readonly name: string;
  readonly file: string;
  readonly lora: { readonly alpha: number; readonly alphaPattern?: Readonly<Record<string, number>> };
  readonly optimizer: { readonly kind: 'adamw' | 'sgd'; readonly lr: number; readonly weightDecay: number };
  readonly maxGradNorm: number | null;
  readonly steps: readonly {
    readonly batch: number;
    readonly labels: readonly number[];
    readonly loss: number;
    readonly gradientNorm: number;
  }[];
}

/** What testdata/models/make.py writes. */
interface Golden {
  readonly labels: number;
  readonly head?: string;
  readonly batches: readonly Batch[];
  readonly training: readonly Training[];
}

describe.for(['bert', 'bert-headless-f16', 'roberta-sharded', 'distilbert-bf16'])('%s', (name) => {
  const folder = testdataFolder(`models/${name}`);
  const golden: Golden = JSON.parse(readFileSync(`${folder}golden.json`, 'utf8'));
  const open = async (): Promise<{ model: Model; engine: Engine }> => {
    const opened = await openModel(folderFiles(folder), { classes: golden.labels, seed: 1 });
    const head = golden.head ? readTensors(`${folder}${golden.head}`) : opened.head;
    const model = { ...opened, head };
    return { model, engine: new Engine(model, nodeRuntime({ threads: 1 })) };
  };

  test('gives the logits of transformers within 1e-5', async () => {
    const { model, engine } = await open();
    for (const batch of golden.batches) {
      const dataset = datasetOf([batch], [batch.inputIds.map(() => 0)]);
      const bare = {
        blocks: Array.from({ length: model.architecture.blocks }, () => new Map()),
        head: model.head,
      };
      const logits = await computeLogits(engine, dataset, bare, [...batch.inputIds.keys()]);
      expectClose(logits, batch.logits.flat(), 1e-5);
    }
  });

  test.for(golden.training.map((training) => [training.name, training] as const))(
    'one step and three steps of case "%s" give the tensors of PEFT and PyTorch within 1e-5',
    async ([, training]) => {
      const { engine } = await open();
      const tensors = readTensors(`${folder}${training.file}`);
      const before = adapterAt('before', tensors, engine.architecture, training);
      const dataset = datasetOf(
        training.steps.map((step) => golden.batches[step.batch] as Batch),
        training.steps.map((step) => step.labels),
      );
      const batches = batchIndices(training.steps.map((step) => step.labels.length));
      for (const [steps, stage] of [
        [1, 'after1'],
        [3, 'after3'],
      ] as const) {
        const result = await trainOnBatches(
          engine,
          dataset,
          {
            adapter: before,
            depth: before.blocks.filter(({ size }) => size > 0).length,
            trunk: 'base',
            examples: [],
            steps,
            batchSize: 4,
            update: {
              optimizer: training.optimizer.kind,
              weightDecay: training.optimizer.weightDecay,
              maxGradNorm: training.maxGradNorm ?? 0,
            },
            learningRate: { peak: training.optimizer.lr, warmupSteps: 0 },
            firstStep: 0,
            seed: 0,
          },
          batches.values(),
        );
        for (const [index, step] of training.steps.slice(0, steps).entries()) {
          expect(result.losses[index]).toBeCloseTo(step.loss, 4);
          expect(Math.abs((result.gradientNorms[index] ?? 0) / step.gradientNorm - 1)).toBeLessThan(1e-4);
        }
        const expected = namedTensors(adapterAt(stage, tensors, engine.architecture, training));
        const actual = namedTensors(result.adapter);
        expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [key, tensor] of expected) expectClose(actual.get(key)?.data, [...tensor.data], 1e-5);
      }
    },
  );

  test('gradients summed over micro-batches of unequal size give the step of the whole batch', async () => {
    const { engine } = await open();
    const training = golden.training[0] as Training;
    const tensors = readTensors(`${folder}${training.file}`);
    const step = training.steps.find(({ labels }) => labels.length === 3) ?? training.steps[0];
    if (!step) throw new Error('the golden has no step');
    const dataset = datasetOf([golden.batches[step.batch] as Batch], [step.labels]);
    const adapter = adapterAt('before', tensors, engine.architecture, training);
    const run = (microBatchSize: number | undefined) =>
      trainOnBatches(
        engine,
        dataset,
        {
          adapter,
          depth: engine.architecture.blocks,
          trunk: 'base',
          examples: [],
          steps: 1,
          batchSize: step.labels.length,
          microBatchSize,
          update: { optimizer: 'adamw', weightDecay: 0.01, maxGradNorm: 1 },
          learningRate: { peak: 1e-3, warmupSteps: 0 },
          firstStep: 0,
          seed: 0,
        },
        [[...step.labels.keys()]].values(),
      );
    const [whole, parts] = [await run(undefined), await run(2)];
    expect(parts.losses[0]).toBeCloseTo(whole.losses[0] ?? Number.NaN, 5);
    const expected = namedTensors(whole.adapter);
    for (const [key, tensor] of namedTensors(parts.adapter)) {
      expectClose(tensor.data, [...(expected.get(key)?.data ?? [])], 1e-5);
    }
  });

  test('the graph of depth k has inputs for its own blocks only', async () => {
    const { engine } = await open();
    const training = golden.training[0] as Training;
    const adapter = adapterAt(
      'before',
      readTensors(`${folder}${training.file}`),
      engine.architecture,
      training,
    );
    const program = await engine.program({
      ...adaptedPartOf(engine.architecture, adapter, 1),
      kind: 'step',
      depth: 1,
      update: { optimizer: 'sgd', weightDecay: 0, maxGradNorm: 0 },
      accumulated: false,
    });
    const top = engine.architecture.blocks;
    const own = [...namedTensors(adapter).keys()].filter(
      (key) => key.startsWith(`blocks.${top}.`) || key.startsWith('head.'),
    );
    expect([...program.trained].sort()).toEqual(own.sort());
  });
});

/** The adapter of one stage of a training case; its tensors have PEFT's names after `<stage>.`. */
function adapterAt(
  stage: string,
  tensors: ReadonlyMap<string, Tensor>,
  architecture: Architecture,
  { lora }: Training,
): Adapter {
  const prefix = `${stage}.base_model.model.`;
  const find = (name: string) => tensors.get(`${prefix}${name}`);
  const blocks = Array.from({ length: architecture.blocks }, (_, index) => {
    const path = architecture.blockPath(index + 1);
    const modules = architecture.linearMaps.flatMap(({ name }): [string, LoraModule][] => {
      const [a, b] = [find(`${path}.${name}.lora_A.weight`), find(`${path}.${name}.lora_B.weight`)];
      const alpha = lora.alphaPattern?.[`${path}.${name}`] ?? lora.alpha;
      return a && b ? [[name, { kind: 'lora', alpha, a, b }]] : [];
    });
    return new Map(modules);
  });
  const head = architecture.headParameters.flatMap(({ name }): [string, Tensor][] => {
    const tensor = find(name);
    return tensor ? [[name, tensor]] : [];
  });
  return { blocks, head: new Map(head) };
}
