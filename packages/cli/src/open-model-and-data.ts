import { folderFiles } from '@legend-fl/adapter/node';
import type { ResolvedModel } from '@legend-fl/catalogue';
import type { Dataset } from '@legend-fl/data';
import { type AdapterNotes, readAdapterNotes } from '@legend-fl/lora/node';
import { type Model, openModel } from '@legend-fl/models';
import { checkAdapterBase } from './check-adapter-base.ts';
import { headClasses } from './head-classes.ts';
import { type ColumnOptions, columnsOf } from './options.ts';
import { loadPart, locateModel } from './resolve-inputs.ts';

/** The model and data that a command works on. */
interface Wanted extends ColumnOptions {
  readonly model: string;
  readonly data: string;
  readonly seed: number;
}

/**
 * Opens the model and one part of the data with the same classes: those of the adapter's notes, else of the head of adapter
 * or model, else of the data.
 * @param adapter folder of an adapter in PEFT format
 */
export async function openModelAndData(
  options: Wanted,
  adapter: string | undefined,
  part: 'train' | 'test',
): Promise<{ located: ResolvedModel; notes: AdapterNotes | undefined; data: Dataset; model: Model }> {
  const located = await locateModel(options.model);
  const notes = adapter === undefined ? undefined : await readAdapterNotes(adapter);
  checkAdapterBase(adapter, notes, located);
  const reading = { ...columnsOf(options), classes: notes?.classes };
  const head = notes ? undefined : await headClasses(located, adapter);
  const data = await loadPart(options.data, part, reading, head);
  const model = await openModel(folderFiles(located.folder), {
    classes: data.classes.length,
    seed: options.seed,
  });
  return { located, notes, data, model };
}
