import { InputError } from '@legend-fl/base';
import { moveWithMomentum, readVelocity, writeVelocity } from '../aggregation/server-momentum.ts';
import type { GlobalState, JsonValue, Strategy } from './strategy.ts';

interface MomentumSum<Sum> {
  /** The strategy's own. */
  readonly own: Sum;
  readonly before: GlobalState;
}

/**
 * A strategy that averages values, with `moveWithMomentum` after its aggregation: devices do and send what they did
 * before. The strategy sees its own memory; beside it stands the velocity. The strategy itself where there is none.
 *
 * @param momentum β in [0, 1)
 */
export function withServerMomentum<Sum>(strategy: Strategy<Sum>, momentum: number): Strategy {
  if (momentum === 0) return strategy;
  const moving: Strategy<MomentumSum<Sum>> = {
    ...strategy,
    describe() {
      const description = strategy.describe();
      return { ...description, options: { ...description.options, serverMomentum: momentum } };
    },
    plan: (context) => strategy.plan({ ...context, global: ownState(context.global) }),
    deviceAdapter: (global, device) => strategy.deviceAdapter(ownState(global), device),
    begin: (global, plan) => ({ own: strategy.begin(ownState(global), plan), before: global }),
    add: ({ own, before }, update) => ({ own: strategy.add(own, update), before }),
    finish({ own, before }) {
      const after = strategy.finish(own);
      if (after.adapter === before.adapter) return before;
      const velocity = readVelocity(splitMemory(before.memory).velocity, before.adapter);
      const moved = moveWithMomentum(before.adapter, after.adapter, velocity, momentum);
      const memory = { own: after.memory, velocity: writeVelocity(moved.velocity) };
      return { ...after, adapter: moved.adapter, memory };
    },
  };
  return moving;
}

function ownState(global: GlobalState): GlobalState {
  return { ...global, memory: splitMemory(global.memory).own };
}

function splitMemory(memory: JsonValue): { readonly own: JsonValue; readonly velocity: JsonValue } {
  if (memory === null) return { own: null, velocity: null };
  if (typeof memory === 'object' && 'own' in memory && 'velocity' in memory) {
    return { own: memory.own ?? null, velocity: memory.velocity ?? null };
  }
  throw new InputError({
    code: 'memory-invalid',
    expected: "the strategy's own memory and a velocity",
    got: JSON.stringify(memory).slice(0, 200),
    where: 'memory of serverMomentum',
    todo: 'Resume with the options that the run began with, or start it anew.',
  });
}
