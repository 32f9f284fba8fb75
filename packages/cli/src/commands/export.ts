import { folderFiles } from '@legend-fl/adapter/node';
import { readAdapterNotes, readPeftAdapter, writeMergedModel } from '@legend-fl/lora/node';
import { openModel } from '@legend-fl/models';
import { Command } from 'commander';
import { checkAdapterBase } from '../check-adapter-base.ts';
import { headClasses } from '../head-classes.ts';
import { sharedOptions } from '../options.ts';
import { refuseFilledFolder } from '../refuse-filled-folder.ts';
import { locateModel } from '../resolve-inputs.ts';

interface ExportOptions {
  readonly model: string;
  readonly adapter: string;
  readonly out: string;
}

export function exportCommand(): Command {
  return new Command('export')
    .description('merge an adapter into its model and write the whole as a Hugging Face model folder')
    .addOption(sharedOptions.model().makeOptionMandatory())
    .requiredOption('--adapter <dir>', 'adapter in PEFT format')
    .requiredOption('--out <dir>', 'new folder for the model')
    .action(exportModel);
}

async function exportModel({ model: ref, adapter: folder, out }: ExportOptions): Promise<void> {
  await refuseFilledFolder(out);
  const located = await locateModel(ref);
  const notes = await readAdapterNotes(folder);
  checkAdapterBase(folder, notes, located);
  const classes = notes?.classes ?? (await headClasses(located, folder));
  const model = await openModel(folderFiles(located.folder), { classes: classes?.length, seed: 0 });
  const adapter = await readPeftAdapter(folder, model.architecture);
  await writeMergedModel(out, model, adapter, classes);
  console.log(`model: ${out}`);
}
