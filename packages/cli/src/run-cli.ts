import { InputError } from '@legend-fl/base';
import { WriteError } from '@legend-fl/base/node';
import { ConnectionError, ProtocolError } from '@legend-fl/device';
import { Command, CommanderError, type OutputConfiguration } from 'commander';
import { backupCommand } from './commands/backup.ts';
import { benchCommand } from './commands/bench.ts';
import { evalCommand } from './commands/eval.ts';
import { exportCommand } from './commands/export.ts';
import { joinCommand } from './commands/join.ts';
import { planCommand } from './commands/plan.ts';
import { reportCommand } from './commands/report.ts';
import { serveCommand } from './commands/serve.ts';
import { simulateCommand } from './commands/simulate.ts';
import { tokenCommand } from './commands/token.ts';
import { trainCommand } from './commands/train.ts';
import { Interruption } from './interruption.ts';
import { readVersion } from './read-version.ts';

/** Exit codes of the process. */
const exitCodes = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

/**
 * Runs one command line.
 * @returns the exit code: 0 done, 1 failed, 2 bad usage or bad input, 130 interrupted
 */
export async function runCli(args: readonly string[]): Promise<number> {
  const program = new Command('legend')
    .description('LoRA-based federated fine-tuning on heterogeneous devices (LEGEND, arXiv 2412.20004)')
    .version(readVersion(), '--version', 'print the version')
    .showSuggestionAfterError()
    .configureOutput(usageErrors('legend --help'))
    .exitOverride();
  for (const command of [
    simulateCommand(),
    planCommand(),
    trainCommand(),
    evalCommand(),
    exportCommand(),
    benchCommand(),
    reportCommand(),
    serveCommand(),
    tokenCommand(),
    backupCommand(),
    joinCommand(),
  ]) {
    program.addCommand(prepare(command, `legend ${command.name()}`));
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    return report(error);
  }
}

/** Makes a command and its subcommands throw their usage errors. */
function prepare(command: Command, path: string): Command {
  for (const inner of command.commands) prepare(inner, `${path} ${inner.name()}`);
  return command
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput(usageErrors(`${path} --help`));
}

/** Prints Commander's usage errors on one line; Commander puts a suggestion on a second one. */
function usageErrors(help: string): OutputConfiguration {
  return { outputError: (text, write) => write(`${oneLine(text)} See ${help}.\n`) };
}

/** Prints what went wrong: one line for what the user can mend, the stack for anything else. */
function report(error: unknown): number {
  // Commander has printed its message, the help or the version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
  if (error instanceof InputError) {
    console.error(`error: ${oneLine(error.message)} (${error.code})`);
    return exitCodes.badInput;
  }
  if (error instanceof Interruption) {
    console.error(error.message);
    return exitCodes.interrupted;
  }
  const isRefusal = error instanceof ProtocolError || error instanceof ConnectionError;
  if (isRefusal || error instanceof WriteError || isSystemError(error)) {
    const code = error instanceof ProtocolError ? error.problem.code : error.code;
    console.error(`error: ${oneLine(error.message)} (${code})`);
    return exitCodes.failed;
  }
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  return exitCodes.failed;
}

/** The operating system refused: no permission, no such folder, no memory. Its message names call and path. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
