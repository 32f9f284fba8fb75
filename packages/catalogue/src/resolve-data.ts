import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import type { DataEntry, DataReading, FixedSplit } from './catalogue.ts';
import { hubSource } from './hub/hub-source.ts';
import { openSources } from './open-sources.ts';
import { parseReference } from './parse-reference.ts';
import { type ResolveOptions, readSettings } from './read-settings.ts';
import { resolveFromSources } from './resolve-from-sources.ts';
import { partOf, selectDataFiles } from './select-data-files.ts';
import type { LocalFiles } from './source.ts';

/** A data set whose files are on this machine; plain data, which the reader of data files takes as it is. */
export interface ResolvedData {
  /** The reference it was resolved from. */
  readonly id: string;
  readonly files: readonly {
    readonly path: string;
    /** Where the data set comes already split. */
    readonly part?: 'train' | 'test';
    /** Natural client key of all examples of the file. */
    readonly key?: string;
  }[];
  readonly reading?: DataReading;
  readonly split?: FixedSplit;
}

/**
 * Finds or fetches a data set: `ref` is a JSONL, CSV, TSV or Parquet file, `org/name[@revision]` on the
 * Hugging Face hub, or a catalogue name.
 *
 * @throws InputError: `data-reference-unknown`, `data-file-missing`, `offline-not-cached`,
 * `sha256-mismatch`, `sources-failed`, `setting-invalid`.
 */
export async function resolveData(ref: string, options: ResolveOptions = {}): Promise<ResolvedData> {
  const settings = readSettings(options);
  const reference = await parseReference(ref, 'data', settings);
  const todo = 'give a JSONL, CSV, TSV or Parquet file';
  switch (reference.kind) {
    case 'path':
      await checkFile(reference.path);
      return { id: ref, files: [{ path: reference.path }] };
    case 'hub': {
      const repo = { type: 'dataset', name: reference.repo, revision: reference.revision } as const;
      const source = hubSource(repo, selectDataFiles, undefined, settings);
      return { id: ref, files: describeParts(await resolveFromSources(ref, [source], todo, settings)) };
    }
    case 'catalogue': {
      const { entry } = reference;
      const sources = openSources(ref, entry, selectDataFiles, settings);
      const found = await resolveFromSources(ref, sources, todo, settings);
      return {
        id: ref,
        files: entry.files === undefined ? describeParts(found) : describeKeys(found, entry),
        reading: entry.reading,
        ...(entry.split !== undefined && { split: entry.split }),
      };
    }
  }
}

function describeParts({ folder, files }: LocalFiles): ResolvedData['files'] {
  return files.map((file) => {
    const part = partOf(file, files);
    return { path: join(folder, file), ...(part !== undefined && { part }) };
  });
}

function describeKeys({ folder, files }: LocalFiles, { keys = {} }: DataEntry): ResolvedData['files'] {
  return files.map((file) => {
    const key = keys[file];
    return { path: join(folder, file), ...(key !== undefined && { key }) };
  });
}

async function checkFile(path: string): Promise<void> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isFile()) return;
  throw new InputError({
    code: 'data-file-missing',
    expected: 'a JSONL, CSV, TSV or Parquet file',
    got: info === undefined ? 'no such file' : 'a folder',
    where: path,
    todo: 'Check the path.',
  });
}
