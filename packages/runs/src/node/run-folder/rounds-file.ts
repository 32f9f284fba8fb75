import { open } from 'node:fs/promises';
import { InputError, parseInput } from '@legend-fl/base';
import { WriteError } from '@legend-fl/base/node';
import { type RoundRecord, roundRecordSchema } from '../../round-record.ts';
import { readLines } from './read-lines.ts';

/** Appends a round's line and waits until it is on disk. Throws WriteError. */
export async function appendRound(path: string, record: RoundRecord): Promise<void> {
  const line = `${JSON.stringify(roundRecordSchema.parse(record))}\n`;
  await changeDurably(path, 'a', (file) => file.appendFile(line));
}

/**
 * The rounds in the file, in order, one in memory at a time; none if there is no file. A last line without its newline was
 * torn by a crash and does not count.
 * @throws InputError `rounds-corrupt` that names file and line
 */
export async function* readRounds(path: string): AsyncGenerator<RoundRecord, void, undefined> {
  for await (const { record } of readRoundLines(path)) yield record;
}

/**
 * Cuts the file after `lastRound`, the last round that a checkpoint covers, and removes a torn line, so that rounds can be
 * appended again.
 * @returns the result of `keep` for each round that stays
 * @throws InputError as `readRounds` does, also if rounds are missing
 */
export async function cutRounds<Kept>(
  path: string,
  lastRound: number,
  keep: (record: RoundRecord) => Kept,
): Promise<Kept[]> {
  const kept: Kept[] = [];
  let keptBytes = 0;
  for await (const { record, endByte } of readRoundLines(path)) {
    if (record.round > lastRound) continue;
    kept.push(keep(record));
    keptBytes = endByte;
  }
  if (kept.length < lastRound) {
    throw corrupt(`${path}:${kept.length + 1}`, `rounds up to ${lastRound}`, 'the end of the file');
  }
  await changeDurably(path, 'a', (file) => file.truncate(keptBytes));
  return kept;
}

interface RoundLine {
  readonly record: RoundRecord;
  /** Offset behind the line's newline. */
  readonly endByte: number;
}

async function* readRoundLines(path: string): AsyncGenerator<RoundLine, void, undefined> {
  let round = 0;
  for await (const { text, endByte } of readLines(path)) {
    round++;
    const where = `${path}:${round}`;
    const record = parseRound(text, where);
    if (record.round !== round) throw corrupt(where, `round ${round}`, `round ${record.round}`);
    yield { record, endByte };
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
