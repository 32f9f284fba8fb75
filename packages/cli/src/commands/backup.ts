import { Command } from 'commander';
import { refuseFilledFolder } from '../refuse-filled-folder.ts';

interface BackupOptions {
  readonly dir: string;
  readonly out: string;
}

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy a coordinator, running or stopped; legend serve --dir starts the copy')
    .option('--dir <dir>', 'folder of the coordinator', 'coordinator')
    .requiredOption('--out <dir>', 'new folder for the copy')
    .action(async ({ dir, out }: BackupOptions) => {
      await refuseFilledFolder(out);
      // Loaded only here: no other command needs the store's libraries.
      const { backupCoordinator } = await import('@legend-fl/coordinator');
      const blobs = await backupCoordinator(dir, out);
      console.log(`copy: ${out} (the store and ${blobs} blobs)`);
    });
}
