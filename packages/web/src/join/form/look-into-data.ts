import { readLabelledTexts } from '@legend-fl/data';
import type { DataColumns } from '../device-choice.ts';

/** What a data file holds, to be shown before it is used. */
export interface DataContent {
  readonly examples: number;
  /** Examples of each class, most first. */
  readonly classes: readonly { readonly name: string; readonly count: number }[];
  readonly first: string;
}

/** Reads the whole file. Throws InputError naming the line that is wrong. */
export async function lookIntoData(file: Blob, path: string, columns: DataColumns): Promise<DataContent> {
  const bytes = async () => new Uint8Array(await file.arrayBuffer());
  const { texts } = await readLabelledTexts([{ path, bytes }], columns);
  const classes = [...Map.groupBy(texts, ({ label }) => label)]
    .map(([name, examples]) => ({ name, count: examples.length }))
    .sort((one, other) => other.count - one.count);
  return { examples: texts.length, classes, first: texts[0]?.text ?? '' };
}
