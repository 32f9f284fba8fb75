import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WriteError, writeFileAtomically } from '@legend-fl/base/node';
import { writeAdapterNotes, writePeftAdapter } from '@legend-fl/lora/node';
import { type RoundRecord, roundRecordSchema, wholeAdapter } from '@legend-fl/runs';
import { z } from 'zod';
import type { RunResources } from '../settings/run-resources.ts';
import type { RunTensors } from '../settings/run-tensors.ts';
import type { StoredDevice, StoredRound } from '../store/store.ts';
import { summarizeRun } from './summarize-run.ts';

/** All that a run's folder says. */
export interface Results {
  /** Holds the folders of all runs. */
  readonly folder: string;
  readonly run: string;
  readonly resources: RunResources;
  readonly tensors: RunTensors;
  readonly rounds: readonly StoredRound[];
  /** Those that are enrolled. */
  readonly devices: readonly Pick<StoredDevice, 'id' | 'name'>[];
}

/**
 * Writes a run's folder, each file whole or not at all, over what was there:
 *
 *     summary.json   <strategy>/rounds.jsonl   adapter/
 *
 * `legend report` reads it like a simulation's, `legend eval --adapter` the adapter.
 * @returns the folder
 * @throws WriteError
 */
export async function writeResults({
  folder,
  run,
  resources,
  tensors,
  rounds,
  devices,
}: Results): Promise<string> {
  const { definition } = resources;
  const path = join(folder, run);
  const records = rounds.map(({ record }): RoundRecord => roundRecordSchema.parse(record));
  const strategyFolder = join(path, definition.settings.strategy);
  await mkdir(strategyFolder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new WriteError(strategyFolder, cause);
  });
  await writeAdapter(join(path, 'adapter'), resources, tensors);
  const lines = records.map((record) => Buffer.from(`${JSON.stringify(record)}\n`));
  await writeFileAtomically(join(strategyFolder, 'rounds.jsonl'), lines);
  const summary = summarizeRun(resources, records, devices);
  await writeFileAtomically(join(path, SUMMARY), `${JSON.stringify(summary, null, 2)}\n`);
  return path;
}

/** The folder of a run that is over, if it says all of its rounds already; the summary is written last. */
export async function areWritten(folder: string, run: string, rounds: number): Promise<string | false> {
  const text = await readFile(join(folder, run, SUMMARY), 'utf8').catch(() => '{}');
  const read = writtenSummary.safeParse(JSON.parse(text));
  return read.success && read.data.strategies[0].rounds === rounds && join(folder, run);
}

const SUMMARY = 'summary.json';
const writtenSummary = z.object({ strategies: z.tuple([z.object({ rounds: z.number() })]) });

/** Writes the global adapter in PEFT's format, with what `legend eval` has to know of it. */
async function writeAdapter(folder: string, resources: RunResources, { global }: RunTensors): Promise<void> {
  const { base, model, maxLength, definition } = resources;
  await writePeftAdapter(folder, wholeAdapter(global), model.architecture, {
    baseModel: base.pretrainedName,
  });
  await writeAdapterNotes(folder, {
    classes: [...definition.classes],
    maxLength,
    model: { id: definition.model.id, sha256: definition.model.sha256 },
  });
}
