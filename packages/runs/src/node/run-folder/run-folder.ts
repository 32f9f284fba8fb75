import { constants } from 'node:fs';
import { access, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import { type Hold, holdFile, writeFileAtomically } from '@legend-fl/base/node';
import { readSummary, summaryFileName } from './read-summary.ts';
import { type RunIdentity, refuseOtherRun } from './refuse-other-run.ts';
import { type StrategyFolder, strategyFolder } from './strategy-folder.ts';
import { type Summary, summarySchema } from '../../summary/summary.ts';

/**
 * The folder of one run, held by one process:
 *
 *     summary.json   report.html   <strategy>/rounds.jsonl   <strategy>/adapter/   <strategy>/checkpoint/
 */
export interface RunFolder {
  readonly path: string;
  /** As it was when the folder was opened. */
  readonly summary: Summary;
  /** The strategy's folder, created if need be. */
  strategy(name: string): Promise<StrategyFolder>;
  /** Replace the file whole or not at all; throw a WriteError. */
  writeSummary(summary: Summary): Promise<void>;
  writeReport(html: string): Promise<void>;
  /** Lets others write the folder. */
  release(): void;
}

/**
 * Starts a run in a new or empty folder by writing `summary` there.
 * @throws InputError `run-folder-taken`, `run-folder-unusable`, `run-folder-locked`
 */
export async function createRunFolder(path: string, summary: Summary): Promise<RunFolder> {
  await makeFolder(path);
  const hold = await holdFolder(path);
  try {
    await refuseFilledFolder(path);
    const folder = runFolder(path, summary, hold);
    await folder.writeSummary(summary);
    return folder;
  } catch (error) {
    hold.release();
    throw error;
  }
}

/**
 * Opens the folder of an earlier run to resume it.
 * @throws InputError `run-folder-empty`, `run-folder-other-run` if the folder holds another run than `run`,
 * `run-folder-unusable`, `run-folder-locked`
 */
export async function openRunFolder(path: string, run: RunIdentity): Promise<RunFolder> {
  await readSummary(path);
  const hold = await holdFolder(path);
  try {
    const summary = await readSummary(path);
    refuseOtherRun(path, summary, run);
    return runFolder(path, summary, hold);
  } catch (error) {
    hold.release();
    throw error;
  }
}

function runFolder(path: string, summary: Summary, hold: Hold): RunFolder {
  return {
    path,
    summary,
    strategy: (name) => strategyFolder(path, name),
    writeSummary: (changed) =>
      writeFileAtomically(
        join(path, summaryFileName),
        `${JSON.stringify(summarySchema.parse(changed), null, 2)}\n`,
      ),
    writeReport: (html) => writeFileAtomically(join(path, 'report.html'), html),
    release: () => hold.release(),
  };
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: Error) => {
    throw unusable(path, cause);
  });
}

/** Name of the lock's file, which stays behind. Earlier versions lock the same file, so they refuse each other. */
const lockFileName = '.lock';

async function holdFolder(path: string): Promise<Hold> {
  await access(path, constants.W_OK).catch((cause: Error) => {
    throw unusable(path, cause);
  });
  return holdFile(join(path, lockFileName), {
    code: 'run-folder-locked',
    what: path,
    holder: 'run',
    todo: 'Wait until that run ends, stop it, or choose another folder with --out.',
  });
}

function unusable(path: string, cause: Error): InputError {
  return new InputError({
    code: 'run-folder-unusable',
    expected: 'a folder to write the run into',
    got: cause.message,
    where: path,
    todo: 'Choose another folder with --out.',
    cause,
  });
}

async function refuseFilledFolder(path: string): Promise<void> {
  // A killed process may also leave the lock's journal.
  const leftByFailedStart = (name: string) =>
    name.startsWith(lockFileName) || name.startsWith(`${summaryFileName}.`);
  const names = (await readdir(path)).filter((name) => !leftByFailedStart(name));
  if (names.length === 0) return;
  const holdsRun = names.includes(summaryFileName);
  throw new InputError({
    code: 'run-folder-taken',
    expected: 'a new or empty folder',
    got: holdsRun ? 'one that holds another run' : `one that holds ${names[0]}`,
    where: path,
    todo: holdsRun
      ? 'Continue that run with --resume, or choose another folder with --out.'
      : 'Choose another folder with --out.',
  });
}
