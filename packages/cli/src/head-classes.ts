import { join } from 'node:path';
import type { ResolvedModel } from '@legend/catalogue';
import { readPeftClasses } from '@legend/lora';
import { readJsonObject, selectArchitecture, trainedClasses } from '@legend/models';

/**
 * Class names of the head that a model, or an adapter without notes, brings along; undefined where there is none.
 * An adapter that PEFT wrote does not name its classes: they are the model's where their number fits.
 */
export async function headClasses(
  { folder }: ResolvedModel,
  adapter: string | undefined,
): Promise<readonly string[] | undefined> {
  const ofModel = await trainedClasses(folder);
  if (adapter === undefined) return ofModel;
  const config = join(folder, 'config.json');
  const architecture = selectArchitecture(await readJsonObject(config), 2, config);
  const count = await readPeftClasses(adapter, architecture);
  if (count === undefined || count === ofModel?.length) return ofModel;
  return Array.from({ length: count }, (_, index) => `LABEL_${index}`);
}
