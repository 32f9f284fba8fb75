import { folderFiles } from '@legend-fl/adapter/node';
import type { ResolvedModel } from '@legend-fl/catalogue';
import { readPeftClasses } from '@legend-fl/lora/node';
import { readJsonObject, selectArchitecture, trainedClasses } from '@legend-fl/models';

/**
 * Class names of the head of a model, or of an adapter without notes; undefined if it has no head. An adapter that PEFT
 * wrote does not name its classes: it has those of the model if their number fits.
 */
export async function headClasses(
  { folder }: Pick<ResolvedModel, 'folder'>,
  adapter: string | undefined,
): Promise<readonly string[] | undefined> {
  const files = folderFiles(folder);
  const ofModel = await trainedClasses(files);
  if (adapter === undefined) return ofModel;
  const config = await readJsonObject(files, 'config.json');
  const architecture = selectArchitecture(config.content, 2, config.path);
  const count = await readPeftClasses(adapter, architecture);
  if (count === undefined || count === ofModel?.length) return ofModel;
  return Array.from({ length: count }, (_, index) => `LABEL_${index}`);
}
