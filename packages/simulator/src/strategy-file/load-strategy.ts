import { createStrategy, type Strategy, type StrategyOptions } from '@legend-fl/method';
import { guardStrategy } from './guard-strategy.ts';
import { importStrategyFile } from './import-strategy-file.ts';
import { refuseStrategyFile, strategyError } from './strategy-error.ts';
import type { StrategyFile } from './strategy-file.ts';

/** Makes a strategy from the common options; the default export of a strategy file. */
export type StrategyFactory = (options: StrategyOptions) => Strategy;

/** A strategy, and its file unless it is built in. */
export interface LoadedStrategy {
  readonly strategy: Strategy;
  readonly file: StrategyFile | null;
}

/** The methods of `Strategy`, to name the one that a file lacks. */
const METHODS = ['describe', 'initialAdapter', 'plan', 'deviceAdapter', 'begin', 'add', 'finish'] as const;

/**
 * Loads a strategy by its name, or from a TypeScript or JavaScript file whose default export is a `StrategyFactory`. A
 * strategy from a file is guarded, see `guardStrategy`; for its imports see `importStrategyFile`.
 * @param ref a name, or a path that ends in .ts, .js, .mts or .mjs, relative to the working directory
 * @throws InputError `strategy-unknown`, `strategy-file` for a file that cannot be loaded or exports something else
 */
export async function loadStrategy(ref: string, options: StrategyOptions): Promise<LoadedStrategy> {
  if (isStrategyFile(ref)) {
    const { file, exported } = await importStrategyFile(ref);
    const made = await runFactory(file, exported, options);
    return { strategy: guardStrategy(checkStrategy(ref, made), file), file };
  }
  if (!/[/\\]/.test(ref)) return { strategy: createStrategy(ref, options), file: null };
  throw refuseStrategyFile(ref, 'a file that ends in .ts, .js, .mts or .mjs', 'another name');
}

export function isStrategyFile(ref: string): boolean {
  return /\.m?[jt]s$/.test(ref);
}

async function runFactory(file: StrategyFile, factory: unknown, options: StrategyOptions): Promise<unknown> {
  if (typeof factory !== 'function') {
    throw refuseStrategyFile(
      file.path,
      'a function as default export, (options) => strategy',
      kindOf(factory),
    );
  }
  try {
    return await factory(options);
  } catch (cause) {
    throw strategyError(cause, file, 'default export');
  }
}

function checkStrategy(path: string, strategy: unknown): Strategy {
  if (typeof strategy !== 'object' || strategy === null) {
    throw refuseStrategyFile(path, 'a default export that returns a strategy', kindOf(strategy));
  }
  const missing = METHODS.find((method) => typeof Reflect.get(strategy, method) !== 'function');
  if (missing !== undefined) {
    throw refuseStrategyFile(path, `a strategy with the method ${missing}`, 'one without it');
  }
  const name = Reflect.get(strategy, 'name');
  if (typeof name !== 'string' || name === '') {
    throw refuseStrategyFile(path, 'a strategy with a name', 'one without it');
  }
  return strategy as Strategy;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'none';
  return value === null ? 'null' : `a value of type ${typeof value}`;
}
