import { InvalidArgumentError, Option } from 'commander';
import { DEFAULT_TRUNK_CACHE_MB } from './trunk-disk.ts';

/** A parser for whole numbers from `minimum`. */
export function integerFrom(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`Expected a whole number from ${minimum}.`);
    }
    return value;
  };
}

/** A whole number from 1, or `any`. */
export function countOrAny(text: string): number | 'any' {
  if (text === 'any') return text;
  try {
    return integerFrom(1)(text);
  } catch {
    throw new InvalidArgumentError('Expected a whole number from 1, or any.');
  }
}

/** A parser for finite numbers from `minimum`. */
export function numberFrom(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < minimum) {
      throw new InvalidArgumentError(`Expected a number from ${minimum}.`);
    }
    return value;
  };
}

/** A finite number above 0. */
export function numberAboveZero(text: string): number {
  const value = numberFrom(0)(text);
  if (value === 0) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

/** A number above 0 and at most 1. */
export function share(text: string): number {
  const value = numberAboveZero(text);
  if (value > 1) throw new InvalidArgumentError('Expected a number above 0 and at most 1.');
  return value;
}

/** A comma-separated list of names. */
export function names(text: string): string[] {
  const list = text.split(',').map((name) => name.trim());
  if (list.some((name) => name === '')) throw new InvalidArgumentError('Expected names separated by commas.');
  return list;
}

/** Options that several commands share, each declared once. */
export const sharedOptions = {
  model: () =>
    new Option('--model <ref>', 'folder, org/name[@rev] on the Hugging Face hub, or catalogue name'),
  data: () => new Option('--data <ref>', 'JSONL, CSV, TSV or Parquet file, hub data set, or catalogue name'),
  textColumn: () => new Option('--text-column <name>', 'column of the text (default: text, else text_a)'),
  textPairColumn: () =>
    new Option('--text-pair-column <name>', 'column of the second text (default: text_b)'),
  labelColumn: () => new Option('--label-column <name>', 'column of the label (default: label)'),
  keyColumn: () => new Option('--key-column <name>', 'column with the client of each example'),
  maxLength: (description = 'cut texts to this many tokens') =>
    new Option('--max-length <n>', description).argParser(integerFrom(3)),
  seed: () => new Option('--seed <n>', 'seed of every random choice').argParser(integerFrom(0)),
  threads: () => new Option('--threads <n>', 'threads of ONNX Runtime').argParser(integerFrom(1)),
  trunkCache: () =>
    new Option('--trunk-cache <dir>', 'folder to keep hidden states of frozen blocks in, for later runs too'),
  trunkCacheMb: () =>
    new Option(
      '--trunk-cache-mb <n>',
      `its limit in decimal megabytes; the oldest entries go first (default: ${DEFAULT_TRUNK_CACHE_MB})`,
    ).argParser(integerFrom(1)),
  /** Other users can read a command line, so a password does not belong there. */
  database: () =>
    new Option(
      '--database <url>',
      'postgres://… or a path (default: coordinator.sqlite in --dir); pass it in the environment if it holds a password',
    ).env('LEGEND_DATABASE'),
  json: () => new Option('--json', 'print one JSON document to stdout; everything else goes to stderr'),
};

/** Column options as a reading of data files. */
export interface ColumnOptions {
  readonly textColumn?: string;
  readonly textPairColumn?: string;
  readonly labelColumn?: string;
  readonly keyColumn?: string;
}

export function columnsOf({ textColumn, textPairColumn, labelColumn, keyColumn }: ColumnOptions) {
  return { textColumn, textPairColumn, labelColumn, keyColumn };
}
