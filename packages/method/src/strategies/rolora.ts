import type { Factors } from '@legend-fl/adapter';
import { type AdapterSum, addToSum, beginSum, finishSum } from '../aggregation/aggregation.ts';
import { startAdapter } from '../aggregation/start-adapter.ts';
import type { GlobalState, JsonValue } from '../global-state.ts';
import { invalidMemory } from '../invalid-memory.ts';
import type { Plan } from '../plan.ts';
import { depthCosts } from '../planning/depth-costs.ts';
import { fitDevices } from '../planning/fit-devices.ts';
import { uniformRanks } from '../ranks/uniform-ranks.ts';
import { requireNonNegative } from '../require-non-negative.ts';
import type { RoundContext } from '../round-context.ts';
import { completePlan } from './complete-plan.ts';
import { fullDepthCost, planFullDepth } from './plan-full-depth.ts';
import type { Strategy } from './strategy.ts';
import { initialLora, type ResolvedOptions } from './strategy-options.ts';

/**
 * RoLoRA (Chen et al., arXiv 2502.01755): one factor is trained, sent and averaged per round, the other is frozen and the
 * same for all, so that the average of the products is exact and traffic is halved: B in odd rounds, A in even ones
 * (theirs). Ours:
 *
 * - Rounds count that averaged something. By the calendar, A would come after a failed round 1 while B is still zero,
 *   which gives A no gradient.
 * - A device that took part in the last such round lacks but the factor that was averaged in it, and fetches that one. Any
 *   other fetches both; before A was ever trained, B only, for A follows from the seed of the run. Who takes part is
 *   decided by the costs of fetching both, so that it doesn't depend on who took part before.
 * - The rank is that of `fedlora`, so that ranks, not bytes, are equal. The head is trained in every round.
 */
export function rolora(options: ResolvedOptions): Strategy<RoloraSum> {
  const name = 'rolora';
  return {
    name,
    describe: () => ({
      name,
      summary: 'All blocks on every device, B and A trained and averaged in turns.',
      source: 'Chen et al., arXiv 2502.01755, NeurIPS 2025',
      options: { ranks: options.ranks, alphaPerRank: options.alphaPerRank },
    }),
    initialAdapter: ({ blocks }) => initialLora(uniformRanks(options.ranks, blocks), options),
    plan: (context) => planTurn(name, context, uniformRanks(options.ranks, context.profile.blocks)),
    deviceAdapter: startAdapter,
    begin: (global, plan) => ({ adapters: beginSum(global, plan), participants: [] }),
    add(sum, update) {
      addToSum(sum.adapters, update);
      sum.participants.push(update.deviceId);
      return sum;
    },
    finish: finishTurn,
  };
}

export interface RoloraSum {
  readonly adapters: AdapterSum;
  /** Devices whose updates were added. */
  readonly participants: string[];
}

/** What `finishTurn` keeps in memory. */
interface Turns {
  /** Rounds that averaged something. */
  readonly count: number;
  /** Devices that took part in the last of them. */
  readonly participants: readonly string[];
}

/** Throws InputError `memory-invalid` for what `finishTurn` never writes. */
function turnsOf(memory: JsonValue): Turns {
  if (memory === null) return { count: 0, participants: [] };
  if (typeof memory === 'object' && 'count' in memory && 'participants' in memory) {
    const { count, participants } = memory;
    const isId = (each: JsonValue): each is string => typeof each === 'string';
    if (
      typeof count === 'number' &&
      Number.isInteger(count) &&
      count >= 1 &&
      Array.isArray(participants) &&
      participants.every(isId)
    ) {
      return { count, participants };
    }
  }
  throw invalidMemory('rolora', 'a whole count of rounds from 1 and the ids of participants', memory);
}

function planTurn(name: string, context: RoundContext, ranks: readonly number[]): Plan {
  const { profile, global, devices, localSteps, trunk, valueBytes } = context;
  requireNonNegative({ localSteps }, 'plan');
  const { count, participants } = turnsOf(global.memory);
  const [trained, averaged] = count % 2 === 0 ? (['B', 'A'] as const) : (['A', 'B'] as const);
  const exchange = { trunk, valueBytes, sent: trained };
  const { fitting, excluded } = fitDevices(devices, depthCosts(profile, ranks, exchange), profile.blocks);
  const current = new Set(participants);
  const planned = fitting.map(({ device }) => {
    const received: Factors = count < 2 ? 'B' : current.has(device.id) ? averaged : 'both';
    const cost = fullDepthCost(profile, ranks, { ...exchange, received });
    return { ...planFullDepth(context, device, ranks, cost), received, training: { factors: trained } };
  });
  return completePlan(name, context, {
    rankDistribution: ranks,
    devices: planned,
    excluded,
  });
}

function finishTurn({ adapters, participants }: RoloraSum): GlobalState {
  const after = finishSum(adapters);
  if (after === adapters.global) return after;
  return { ...after, memory: { count: turnsOf(after.memory).count + 1, participants } };
}
