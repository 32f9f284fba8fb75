import { Command, Option } from 'commander';
import type { CreateOptions, OutOptions, PlaceOptions } from '../coordinator/token-actions.ts';
import { countOrAny, sharedOptions } from '../options.ts';

export function tokenCommand(): Command {
  return new Command('token')
    .description('manage the tokens that admit devices and operators')
    .addCommand(
      place(new Command('create').description('make a join token'))
        .option('--run <id>', 'run to join, if there are several')
        .option('--label <text>', 'who gets it', 'devices')
        .addOption(
          new Option('--uses <n>', 'number of devices that it admits, or any')
            .argParser(countOrAny)
            .default(1),
        )
        .addOption(
          new Option('--hours <n>', 'hours that it stays valid, or any')
            .argParser(countOrAny)
            .default(7 * 24),
        )
        .addOption(tokenFile())
        .action(async (options: CreateOptions) => (await actions()).create(options)),
    )
    .addCommand(
      place(new Command('list').description('list join tokens, without their secrets')).action(
        async (options: PlaceOptions) => (await actions()).list(options),
      ),
    )
    .addCommand(
      place(new Command('revoke').description('revoke a join token; devices that have joined stay'))
        .argument('<id>', 'as listed')
        .action(async (id: string, options: PlaceOptions) => (await actions()).revoke(id, options)),
    )
    .addCommand(
      folder(
        new Command('operator').description('make a new operator token; the old one and its sessions end'),
      )
        .addOption(sharedOptions.json())
        .addOption(tokenFile())
        .action(async (options: OutOptions) => (await actions()).replaceOperator(options)),
    );
}

function folder(command: Command): Command {
  return command
    .option('--dir <dir>', 'folder of a coordinator that is not running', 'coordinator')
    .addOption(sharedOptions.database());
}

function place(command: Command): Command {
  return folder(command)
    .option('--url <url>', 'address of a running coordinator, instead of --dir')
    .option('--operator-token-file <file>', 'file with the operator token, for --url')
    .addOption(sharedOptions.json());
}

function tokenFile(): Option {
  return new Option(
    '--out <file>',
    'write the token into a file that only you can read, instead of printing it',
  );
}

/** Loaded only here: no other command needs the store's libraries. */
const actions = () => import('../coordinator/token-actions.ts');
