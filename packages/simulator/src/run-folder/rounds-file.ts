import { open, readFile } from 'node:fs/promises';
import { InputError } from '@legend/base';
import { WriteError } from '@legend/base/node';
import { parseInput } from '../input/parse-input.ts';
import { type RoundRecord, roundRecordSchema } from './round-record.ts';

/** Appends a round's line and waits until it is on the disk. Throws a WriteError. */
export async function appendRound(path: string, record: RoundRecord): Promise<void> {
  const line = `${JSON.stringify(roundRecordSchema.parse(record))}\n`;
  await changeDurably(path, 'a', (file) => file.appendFile(line));
}

/**
 * The rounds in the file, none where there is no file. A last line without its end was torn by a crash and does not
 * count. Throws an InputError with code `rounds-corrupt` that names file and line.
 */
export async function readRounds(path: string): Promise<RoundRecord[]> {
  return (await readLines(path)).map(({ record }) => record);
}

/**
 * Cuts the file after `lastRound`, the last one that a checkpoint covers, and what a crash tore, so that appending can
 * go on; gives the rounds that stay. Throws like `readRounds`, also where rounds are missing.
 */
export async function cutRounds(path: string, lastRound: number): Promise<RoundRecord[]> {
  const lines = await readLines(path);
  const kept = lines.slice(0, lastRound);
  if (kept.length < lastRound) {
    throw corrupt(`${path}:${kept.length + 1}`, `rounds up to ${lastRound}`, 'the end of the file');
  }
  await changeDurably(path, 'a', (file) => file.truncate(kept.at(-1)?.endByte ?? 0));
  return kept.map(({ record }) => record);
}

interface RoundLine {
  readonly record: RoundRecord;
  /** Offset behind the line's newline. */
  readonly endByte: number;
}

async function readLines(path: string): Promise<RoundLine[]> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return Buffer.alloc(0);
    throw cause;
  });
  const lines: RoundLine[] = [];
  let begin = 0;
  for (;;) {
    const newline = bytes.indexOf('\n', begin);
    if (newline === -1) return lines;
    const where = `${path}:${lines.length + 1}`;
    const record = parseRound(bytes.toString('utf8', begin, newline), where);
    if (record.round !== lines.length + 1) {
      throw corrupt(where, `round ${lines.length + 1}`, `round ${record.round}`);
    }
    begin = newline + 1;
    lines.push({ record, endByte: begin });
  }
}

function parseRound(line: string, where: string): RoundRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw corrupt(where, 'a round as JSON', line.slice(0, 60), cause);
  }
  return parseInput(roundRecordSchema, value, { code: 'rounds-corrupt', where });
}

function corrupt(where: string, expected: string, got: string, cause?: unknown): InputError {
  return new InputError({
    code: 'rounds-corrupt',
    expected,
    got,
    where,
    todo: 'The file was changed or damaged; run the experiment again in another folder.',
    cause,
  });
}

type OpenFile = Awaited<ReturnType<typeof open>>;

async function changeDurably(
  path: string,
  flags: string,
  change: (file: OpenFile) => Promise<void>,
): Promise<void> {
  try {
    const file = await open(path, flags);
    try {
      await change(file);
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new WriteError(path, cause as NodeJS.ErrnoException);
  }
}
