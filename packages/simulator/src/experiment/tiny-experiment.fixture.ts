import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@legend-fl/base';
import type { StrategySummary, Summary } from '@legend-fl/runs';
import { type Experiment, parseExperiment } from './experiment.ts';
import type { ExperimentData, ExperimentResources } from './experiment-resources.ts';
import { runExperiment } from './run-experiment.ts';

/** An experiment that trains for real within a second or two: the smallest model, four devices, three rounds. */

export const tinyModelFolder = fileURLToPath(new URL('../../../../testdata/models/bert/', import.meta.url));

const good = ['warm', 'fresh', 'best', 'surprising', 'tuned', 'remembered'];
const bad = ['awful', 'cold', 'tired', 'crooked', 'late', 'shaking'];
const neutral = ['the film was', 'its script is', 'an old story of', 'this play and', 'their garden in'];

/** Texts whose label shows in their last word. */
export function tinyExamples(count: number, seed: number): ExperimentData['train'] {
  const random = seededRandom(seed, 'tiny examples');
  return Array.from({ length: count }, (_, index) => {
    const words = index % 2 === 0 ? bad : good;
    const text = `${neutral[random.integer(neutral.length)]} ${words[random.integer(words.length)]}`;
    return { text, label: index % 2 };
  });
}

export const tinyData: ExperimentData = {
  id: 'tiny',
  classes: ['bad', 'good'],
  train: tinyExamples(48, 1),
  test: tinyExamples(24, 2),
};

/** Four devices of different speed; the fourth is the slowest at everything. */
export const tinyDevices = [1, 2, 3, 6].map((slowness, index) => ({
  id: `device-${index + 1}`,
  forwardSecondsPerBlock: 0.01 * slowness,
  backwardSecondsPerBlock: 0.05 * slowness,
  uploadBytesPerSecond: 2e5 / slowness,
  downloadBytesPerSecond: 4e5 / slowness,
  memoryBytes: 1e9,
}));

export function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'legend-experiment-'));
}

/** A fleet file of these devices. */
export async function writeFleet(devices: readonly object[] = tinyDevices): Promise<string> {
  const path = join(await newFolder(), 'fleet.json');
  await writeFile(path, JSON.stringify({ devices }));
  return path;
}

export function tinyExperiment(fleet: string, changes: Readonly<Record<string, unknown>> = {}): Experiment {
  return parseExperiment(
    {
      model: 'tiny',
      data: 'tiny',
      fleet,
      rounds: 3,
      seed: 7,
      ranks: { kind: 'increasing', min: 1, max: 3 },
      local: { steps: 2, batchSize: 4, maxLength: 16, learningRate: 0.01 },
      ...changes,
    },
    'test',
  );
}

/** Runs an experiment into `out`. */
export function runTiny(
  experiment: Experiment,
  out: string,
  changes: Partial<ExperimentResources> = {},
): Promise<Summary> {
  return runExperiment(experiment, {
    modelId: 'tiny',
    pretrainedName: 'tiny',
    modelFolder: tinyModelFolder,
    modelSha256: 'ab'.repeat(32),
    data: tinyData,
    out,
    resume: false,
    workers: 1,
    renderReport: (folder, { strategies }) =>
      Promise.resolve(`${basename(folder)}: ${strategies.map(({ name }) => name).join(', ')}`),
    onEvent: () => {},
    signal: new AbortController().signal,
    ...changes,
  });
}

/** What a strategy leaves and must not depend on the machine, by file. */
export async function resultsOf(out: string, strategy: string): Promise<Record<string, string>> {
  const files = [
    'rounds.jsonl',
    'adapter/adapter_model.safetensors',
    'adapter/adapter_config.json',
    'adapter/legend.json',
  ];
  const contents = await Promise.all(
    files.map(async (file) => [file, await readFile(join(out, strategy, file), 'latin1')] as const),
  );
  return Object.fromEntries(contents);
}

/** A strategy's figures without what depends on the machine. */
export function machineFree({ hostSeconds: _, ...figures }: StrategySummary): object {
  return figures;
}
