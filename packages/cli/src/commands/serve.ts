import { Command, InvalidArgumentError, Option } from 'commander';
import type { ServeOptions } from '../coordinator/serve-run.ts';
import { countOrAny, integerFrom, share, sharedOptions } from '../options.ts';

/** Enough for the machines and tabs of a first try, too few for a script that enrols devices. */
const FIRST_TOKEN_USES = 20;

export function serveCommand(): Command {
  return new Command('serve')
    .description('coordinate a run with devices that join; after a restart it resumes')
    .argument(
      '[run]',
      'run file (YAML or JSON), which options override; without one, start runs on the live page',
    )
    .option('--dir <dir>', 'folder for all data', 'coordinator')
    .option('--host <address>', 'address to listen on; 0.0.0.0 for all of this machine', '127.0.0.1')
    .option('--port <n>', 'port to listen on; 0 for any', portNumber, 8765)
    .option('--public-url <url>', 'address at which devices reach it, if it differs', httpUrl)
    .option('--tls-cert <file>', 'certificate, or chain, in PEM format')
    .option('--tls-key <file>', 'its key')
    .option('--allow-plain-http', 'let other machines connect without TLS, in a network that you trust')
    .option('--trusted-proxy', 'trust the X-Forwarded headers of a reverse proxy in front of it')
    .addOption(sharedOptions.database())
    .option('--log-level <level>', 'debug, info, warn or error', logLevel, 'info')
    .addOption(sharedOptions.model())
    .option('--data <ref>', 'held-out examples: file, hub data set or catalogue name')
    .option('--strategy <name>', 'strategy of the run')
    .option('--rounds <n>', 'maximum number of rounds', integerFrom(1))
    .option('--minimum-devices <n>', 'devices that a round waits for', integerFrom(1))
    .option(
      '--minimum-cohort <n>',
      'fewest updates to sum (default: 3); with fewer, a device could infer what another sent',
      integerFrom(1),
    )
    .addOption(
      new Option('--join-uses <n>', 'number of devices that the first join token admits, or any')
        .argParser(countOrAny)
        .default(FIRST_TOKEN_USES),
    )
    .option('--target-accuracy <x>', 'stop when this accuracy is reached', share)
    .option('--json', 'print one JSON document, tokens included, to stdout; everything else goes to stderr')
    .action(async (file: string | undefined, options: ServeOptions) => {
      // Loaded only here: no other command needs the server's libraries.
      const { serveRun } = await import('../coordinator/serve-run.ts');
      await serveRun(file, options);
    });
}

function portNumber(text: string): number {
  const port = integerFrom(0)(text);
  if (port > 65_535) throw new InvalidArgumentError('Expected a whole number from 0 to 65535.');
  return port;
}

function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
  throw new InvalidArgumentError('Expected an address that begins with https:// or http://.');
}

function logLevel(text: string): string {
  if (['debug', 'info', 'warn', 'error'].includes(text)) return text;
  throw new InvalidArgumentError('Expected debug, info, warn or error.');
}
