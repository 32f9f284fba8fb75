import { availableParallelism } from 'node:os';
import type { Adapter } from '@legend-fl/adapter';
import { writeFileAtomically } from '@legend-fl/base/node';
import { readPeftAdapter } from '@legend-fl/lora/node';
import { loadTokenizer, type Model } from '@legend-fl/models';
import { computeLogits, Engine, scoreLogits, tokenizeExamples } from '@legend-fl/trainer';
import { nodeRuntime } from '@legend-fl/trainer/node';
import { Command } from 'commander';
import { openModelAndData } from '../open-model-and-data.ts';
import { type ColumnOptions, sharedOptions } from '../options.ts';
import { noteCutTexts } from '../terminal/note-cut-texts.ts';

interface EvalOptions extends ColumnOptions {
  readonly model: string;
  readonly data: string;
  readonly adapter?: string;
  readonly logits?: string;
  readonly maxLength?: number;
  readonly seed: number;
  readonly threads: number;
  readonly json?: boolean;
}

const DEFAULT_MAX_LENGTH = 128;

export function evalCommand(): Command {
  return new Command('eval')
    .description('accuracy and loss of a model, with or without an adapter')
    .addOption(sharedOptions.model().makeOptionMandatory())
    .addOption(sharedOptions.data().makeOptionMandatory())
    .option('--adapter <dir>', 'adapter in PEFT format')
    .option('--logits <file>', 'write a JSON line {index, label, logits} per example, in input order')
    .addOption(
      sharedOptions.maxLength(
        `cut texts to this many tokens (default: the adapter's, else ${DEFAULT_MAX_LENGTH})`,
      ),
    )
    .addOption(sharedOptions.textColumn())
    .addOption(sharedOptions.textPairColumn())
    .addOption(sharedOptions.labelColumn())
    .addOption(sharedOptions.seed().default(1))
    .addOption(sharedOptions.threads().default(availableParallelism(), 'all cores'))
    .addOption(sharedOptions.json())
    .action(evaluate);
}

async function evaluate(options: EvalOptions): Promise<void> {
  const { notes, data, model } = await openModelAndData(options, options.adapter, 'test');
  const { architecture } = model;
  const adapter =
    options.adapter === undefined ? bare(model) : await readPeftAdapter(options.adapter, architecture);
  const maxLength = Math.min(
    options.maxLength ?? notes?.maxLength ?? DEFAULT_MAX_LENGTH,
    architecture.maxTokens,
  );
  const dataset = tokenizeExamples(await loadTokenizer(model.files), data.examples, maxLength);
  const engine = new Engine(model, nodeRuntime({ threads: options.threads }));
  const logits = await computeLogits(engine, dataset, adapter, [...dataset.labels.keys()]);
  const score = scoreLogits(logits, dataset.labels, architecture.classes);
  if (options.logits !== undefined) {
    await writeFileAtomically(options.logits, logitLines(logits, dataset.labels, architecture.classes));
  }
  noteCutTexts(dataset.truncated, maxLength);
  if (options.adapter === undefined && model.newHead.length > 0) {
    console.error('note: the model has no trained head; the figures are those of a random one');
  }
  const figures = { ...score, examples: data.examples.length, classes: data.classes };
  if (options.json) console.log(JSON.stringify(figures, null, 2));
  else {
    const { accuracy, loss, examples } = figures;
    console.log(`accuracy ${(100 * accuracy).toFixed(2)}%  loss ${loss.toFixed(4)}  on ${examples} examples`);
  }
}

/** The model's own head and no LoRA. */
function bare({ architecture, head }: Model): Adapter {
  return { blocks: Array.from({ length: architecture.blocks }, () => new Map()), head };
}

function logitLines(logits: Float32Array, labels: Int32Array, classes: number): string {
  return Array.from(labels, (label, index) => {
    const row = [...logits.subarray(index * classes, (index + 1) * classes)];
    return `${JSON.stringify({ index, label, logits: row })}\n`;
  }).join('');
}
