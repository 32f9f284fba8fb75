import { readFile } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { InputError } from '@legend-fl/base';
import { type JoinOutcome, joinRun, trustCertificate } from '@legend-fl/device/node';
import { limits } from '@legend-fl/protocol';
import { Command, InvalidArgumentError, Option } from 'commander';
import { onInterrupt } from '../interruption.ts';
import { type ColumnOptions, columnsOf, integerFrom, sharedOptions } from '../options.ts';
import { type ListPart, parsePart, takePart } from '../parse-part.ts';
import { locateData, readPart } from '../resolve-inputs.ts';
import { showDevice } from '../terminal/show-device.ts';

interface JoinOptions extends ColumnOptions {
  readonly data: string;
  readonly part?: ListPart;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly name: string;
  readonly maxMemory?: number;
  readonly maxThreads: number;
  readonly onlyWhenIdle?: boolean;
  readonly holdOut?: number;
  readonly state?: string;
  readonly caCert?: string;
  readonly allowPlainHttp?: boolean;
  readonly json?: boolean;
}

export function joinCommand(): Command {
  return new Command('join')
    .description('take part in the rounds of a coordinator as a device; its data stays on this machine')
    .argument('<url>', 'address of the coordinator')
    .addOption(sharedOptions.data().makeOptionMandatory())
    .option(
      '--part <i/n>',
      'use only every n-th example, to try out several devices on one data set',
      parsePart,
    )
    .addOption(
      new Option(
        '--token <token>',
        'join token, needed once; other users can read command lines: prefer LEGEND_TOKEN or --token-file',
      ).conflicts('tokenFile'),
    )
    .option('--token-file <file>', 'file with the join token')
    .option('--name <name>', 'name to show for this device', displayName, hostname())
    .addOption(sharedOptions.textColumn())
    .addOption(sharedOptions.textPairColumn())
    .addOption(sharedOptions.labelColumn())
    .option(
      '--hold-out <share>',
      'share of the examples held out to score adapters (default: 0.1)',
      shareBelowOne,
    )
    .option(
      '--max-memory <MB>',
      'memory that training may use (default: most of the free memory)',
      integerFrom(1),
    )
    .option('--max-threads <n>', 'threads of ONNX Runtime', integerFrom(1), availableParallelism())
    .option('--only-when-idle', 'pause while other programs need the processor')
    .option('--state <dir>', 'folder for key and state (default: its own folder in ~/.local/share/legend)')
    .option('--ca-cert <file>', "certificate of the authority that signed the coordinator's, in PEM format")
    .option('--allow-plain-http', 'permit http to another machine')
    .addOption(sharedOptions.json())
    .action(join);
}

async function join(url: string, options: JoinOptions): Promise<void> {
  if (options.caCert !== undefined) await trustCertificate(options.caCert);
  const token = await readToken(options);
  const source = await locateData(options.data);
  const { signal, dispose } = onInterrupt('interrupted; the same command resumes as this device');
  const display = showDevice(options);
  try {
    const outcome = await joinRun({
      url,
      allowPlainHttp: options.allowPlainHttp ?? false,
      token,
      name: options.name,
      data: async (classes) => {
        const { examples } = await readPart(source, 'train', { ...columnsOf(options), classes }, undefined);
        return options.part ? takePart(examples, options.part) : examples;
      },
      holdOutShare: options.holdOut,
      memoryBytes: options.maxMemory === undefined ? undefined : options.maxMemory * 1e6,
      threads: options.maxThreads,
      onlyWhenIdle: options.onlyWhenIdle ?? false,
      stateFolder: options.state,
      env: process.env,
      onEvent: display.onEvent,
      signal,
    });
    display.done();
    if (options.json) console.log(JSON.stringify({ ...outcome, ...display.figures() }, null, 2));
    else console.log(describeOutcome(outcome));
  } finally {
    display.done();
    dispose();
  }
}

function describeOutcome({ updates, rejected, late }: JoinOutcome): string {
  const why = late === 0 ? '' : `: ${late} came too late`;
  return `${updates} updates counted, ${rejected} did not${why}`;
}

/** From the command line, else a file, else the environment; undefined if none has it. */
async function readToken({ token, tokenFile }: JoinOptions): Promise<string | undefined> {
  if (token !== undefined) return token.trim();
  if (tokenFile === undefined) return process.env.LEGEND_TOKEN?.trim() || undefined;
  const text = await readFile(tokenFile, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new InputError({
      code: 'token-file-unreadable',
      expected: 'a file with a join token',
      got: cause.code ?? cause.message,
      where: tokenFile,
      todo: 'Give the file that the operator sent.',
      cause,
    });
  });
  return text.trim();
}

function displayName(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > limits.nameLength) {
    throw new InvalidArgumentError(`Expected a name of at most ${limits.nameLength} characters.`);
  }
  return name;
}

/** A number of at least 0 and below 1. */
function shareBelowOne(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < 1)) {
    throw new InvalidArgumentError('Expected a number from 0 and below 1.');
  }
  return value;
}
