import { openResources, type RunDefinition, type RunResources, type Sources } from '../settings/run-resources.ts';
import { decodeRunTensors, type RunTensors } from '../settings/run-tensors.ts';
import type { RunBlobs } from './run-blobs.ts';

export interface RunAssetsOptions {
  readonly run: string;
  readonly definition: RunDefinition;
  readonly sources: Sources;
  readonly blobs: RunBlobs;
  /** undefined of a run that is over, which hardly ever needs them. */
  readonly resources: RunResources | undefined;
  /** The tensors that a new run begins with, not yet written. */
  readonly first: Uint8Array | undefined;
}

/** What a run works with: its model and strategy, and the tensors that it has come to. Opened when first needed. */
export class RunAssets {
  readonly #options: RunAssetsOptions;
  #resources: Promise<RunResources> | undefined;
  #first: Uint8Array | undefined;
  #tensors: { readonly sha256: string; readonly tensors: RunTensors } | undefined;

  constructor(options: RunAssetsOptions) {
    this.#options = options;
    this.#resources = options.resources && Promise.resolve(options.resources);
    this.#first = options.first;
  }

  /** Throws InputError where the model or the data is gone. */
  resources(): Promise<RunResources> {
    const { definition, sources } = this.#options;
    this.#resources ??= openResources(definition.settings, sources, definition).catch((error: unknown) => {
      // Another try may find what is missing now.
      this.#resources = undefined;
      throw error;
    });
    return this.#resources;
  }

  /** @param sha256 of the global state. Throws InputError where its blob is missing or damaged. */
  async tensors(sha256: string): Promise<RunTensors> {
    if (this.#tensors?.sha256 === sha256) return this.#tensors.tensors;
    const { run, blobs } = this.#options;
    if (this.#first !== undefined) await blobs.write(this.#first);
    this.#first = undefined;
    const tensors = decodeRunTensors(await blobs.read(sha256), `global state of run ${run}`);
    this.#tensors = { sha256, tensors };
    return tensors;
  }
}
