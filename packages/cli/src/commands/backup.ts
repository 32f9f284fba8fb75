import { Command } from 'commander';
import { refuseFilledFolder } from '../refuse-filled-folder.ts';

interface BackupOptions {
  readonly dir: string;
  readonly out: string;
}

export function backupCommand(): Command {
  return new Command('backup')
    .description(
      'copy a coordinator, which may be running; legend serve --dir on the copy goes on from there',
    )
    .option('--dir <dir>', 'folder of the coordinator', 'coordinator')
    .requiredOption('--out <dir>', 'new folder for the copy')
    .action(async ({ dir, out }: BackupOptions) => {
      await refuseFilledFolder(out);
      // Loaded only here: the store's libraries are of no use to other commands.
      const { backupCoordinator } = await import('@legend-fl/coordinator');
      const blobs = await backupCoordinator(dir, out);
      console.log(`copy: ${out} (the store and ${blobs} blobs)`);
    });
}
