import { type Adapter, rankOf } from '@legend-fl/adapter';
import { InputError, parseInput } from '@legend-fl/base';
import type { DevicePlan, GlobalState, Strategy } from '@legend-fl/method';
import type { z } from 'zod';
import { checkAdapter, checkMerged } from './check-adapter.ts';
import { findNonJson } from './find-non-json.ts';
import { descriptionSchema, initialAdapterSchema, planSchema } from './returned-values.ts';
import { strategyError } from './strategy-error.ts';
import type { StrategyFile } from './strategy-file.ts';

/** The strategy's own sum, with the state that the round started from. */
interface GuardedSum {
  readonly global: GlobalState;
  readonly own: unknown;
}

/**
 * Wraps a strategy from a file so that its mistakes are bad input, not faults of ours: errors that its methods throw become
 * InputError `strategy-error`, values of the wrong form `strategy-result`. Whether a plan fits its round is left to
 * `checkPlan`.
 */
export function guardStrategy(strategy: Strategy, file: StrategyFile): Strategy<GuardedSum> {
  const call = <Result>(method: string, run: () => Result) => callMethod(file, method, run);
  const parse = <Schema extends z.ZodType>(method: string, schema: Schema, run: () => unknown) =>
    parseInput(schema, call(method, run), { code: 'strategy-result', where: `${file.path}, ${method}` });
  return {
    name: strategy.name,
    describe: () => parse('describe', descriptionSchema, () => strategy.describe()),
    initialAdapter: (profile) =>
      parse('initialAdapter', initialAdapterSchema, () => strategy.initialAdapter(profile)),
    plan: (context) => parse('plan', planSchema, () => strategy.plan(context)),
    deviceAdapter(global, device) {
      const adapter = call('deviceAdapter', () => strategy.deviceAdapter(global, device));
      checkAdapter(adapter, global.adapter, `${file.path}, deviceAdapter`);
      checkRanks(adapter, device, file);
      return adapter;
    },
    begin: (global, plan) => ({ global, own: call('begin', () => strategy.begin(global, plan)) }),
    add: ({ global, own }, update) => ({ global, own: call('add', () => strategy.add(own, update)) }),
    finish({ global, own }) {
      const state = call('finish', () => strategy.finish(own));
      checkState(state, global, file);
      return state;
    },
  };
}

function callMethod<Result>(file: StrategyFile, method: string, run: () => Result): Result {
  let result: Result;
  try {
    result = run();
  } catch (cause) {
    throw strategyError(cause, file, method);
  }
  if (result instanceof Promise) throw wrongResult(file, method, 'a value', 'a promise');
  if (result === undefined) throw wrongResult(file, method, 'a value', 'nothing');
  return result;
}

/** A device's memory and traffic were planned for its ranks, so it must not get larger ones. */
function checkRanks(adapter: Adapter, { depth, ranks }: DevicePlan, file: StrategyFile): void {
  const lowest = adapter.blocks.length - depth;
  for (const [index, rank] of ranks.entries()) {
    for (const [target, module] of adapter.blocks[lowest + index] ?? []) {
      if (rankOf(module) <= rank) continue;
      throw wrongResult(
        file,
        'deviceAdapter',
        `at most rank ${rank}, as planned, for ${target} of block ${lowest + index + 1}`,
        String(rankOf(module)),
      );
    }
  }
}

function checkState(state: GlobalState, before: GlobalState, file: StrategyFile): void {
  const where = `${file.path}, finish`;
  if (typeof state !== 'object' || state === null) {
    throw wrongResult(file, 'finish', 'a global state { adapter, memory }', String(state));
  }
  checkAdapter(state.adapter, before.adapter, where);
  if (state.merged !== undefined) checkMerged(state.merged, before.adapter, where);
  const problem = findNonJson(state.memory, 'memory');
  if (problem === undefined) return;
  throw wrongResult(file, 'finish', `plain JSON in ${problem.path}`, problem.got);
}

function wrongResult({ path }: StrategyFile, method: string, expected: string, got: string): InputError {
  return new InputError({
    code: 'strategy-result',
    expected,
    got,
    where: `${path}, ${method}`,
    todo: 'Correct the file; --resume continues a run that has started.',
  });
}
