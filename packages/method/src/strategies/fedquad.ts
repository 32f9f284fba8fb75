import { entryOf, itemAt } from '@legend-fl/base';
import { type AdapterSum, addToSum, beginSum, finishSum } from '../aggregation/aggregation.ts';
import { startAdapter } from '../aggregation/start-adapter.ts';
import { countParameters, type ModelProfile, memoryBytes } from '../cost-model.ts';
import type { DevicePlan, Plan } from '../plan.ts';
import type { Candidate, Configuration } from '../planning/configuration.ts';
import { type DepthCost, depthCosts, timeDepths } from '../planning/depth-costs.ts';
import { fitDevices } from '../planning/fit-devices.ts';
import { fitToCommonDeadline } from '../planning/greedy-configuration.ts';
import { fitToTrimmedDeadline } from '../planning/trimmed-configuration.ts';
import { uniformRanks } from '../ranks/uniform-ranks.ts';
import { requireNonNegative } from '../require-non-negative.ts';
import type { DeviceContext, RoundContext } from '../round-context.ts';
import { assemblePlan } from './assemble-plan.ts';
import type { Strategy } from './strategy.ts';
import { initialLora, type ResolvedOptions } from './strategy-options.ts';

/**
 * FedQuad (Li et al., "Adaptive Layer-wise LoRA Deployment and Activation Quantization for Federated Fine-Tuning",
 * arXiv 2506.01001): each device gets a depth and a number of trained blocks whose activations are kept quantised, chosen
 * greedily within its memory and so that all finish a round together (theirs). Uniform rank, as in `fedlora`.
 *
 * With M(k, q) and t(k, q) from `memoryBytes` and `completionTime` (the form is ours, as are the costs of quantising):
 *
 * 1. q_i(k) = the least q with M(k, q) ≤ M_i: nothing is quantised that memory holds as it is, for that only costs time.
 * 2. kmax_i = the greatest depth for which there is such a q and i's bytes budget suffices.
 * 3. k_i from the times t_i(k, q_i(k)), k = 1 … kmax_i, with the steps 2 to 4 of `configureGreedily`, whatever `deadline`
 *    says, or with the steps 2 and 3 of `configureToTrimmed` if it says `trimmed`; t_i(L) is without quantising. What one
 *    device's claims can do to others stands there.
 *
 * More memory never means less depth where times ascend with depth: it lowers q_i and with it times, and a device that gets faster gets no lower depth, see `configureGreedily`; and it raises kmax_i, which
 * lowers neither F nor T*.
 *
 * Quantised are the lowest of the trained blocks, int8 in place of float32 (ours). Aggregation per block: `beginSum`.
 */
export function fedquad(options: ResolvedOptions): Strategy<AdapterSum> {
  const name = 'fedquad';
  return {
    name,
    describe: () => ({
      name,
      summary: 'Depth and quantised activations by device, one rank, aggregation per block.',
      source: 'Li et al., arXiv 2506.01001, 2025',
      options: {
        ranks: options.ranks,
        alphaPerRank: options.alphaPerRank,
        ...(options.deadline === 'trimmed' && { deadline: options.deadline }),
      },
    }),
    initialAdapter: ({ blocks }) => initialLora(uniformRanks(options.ranks, blocks), options),
    plan: (context) => planQuantized(name, context, options),
    deviceAdapter: startAdapter,
    begin: beginSum,
    add: addToSum,
    finish: finishSum,
  };
}

function planQuantized(name: string, context: RoundContext, options: ResolvedOptions): Plan {
  const { profile, localSteps } = context;
  requireNonNegative({ localSteps }, 'plan');
  const ranks = uniformRanks(options.ranks, profile.blocks);
  const costs = depthCosts(profile, ranks, context);
  const choices = costs.map((cost) => listChoices(profile, ranks, cost));
  const leanest = choices.flatMap((choice) => choice.slice(-1));
  const { fitting, excluded } = fitDevices(context.devices, leanest, 1);
  const chosen = new Map<string, readonly DepthCost[]>();
  const candidates = fitting.map(({ device, deepest }): Candidate => {
    const own = choices.slice(0, deepest).flatMap((choice) => leastQuantized(choice, device));
    chosen.set(device.id, own);
    return { device, seconds: timeDepths(device, own, { blocks: profile.blocks, localSteps }) };
  });
  const fitted = fitDepths(candidates, context, costs, options);
  const plan = assemblePlan(name, context, ranks, costs, { ...fitted, excluded });
  const devices = plan.devices.map((device): DevicePlan => {
    const { memoryBytes, quantizedBlocks = 0 } = itemAt(entryOf(chosen, device.id), device.depth - 1);
    return quantizedBlocks === 0 ? device : { ...device, memoryBytes, training: { quantizedBlocks } };
  });
  return { ...plan, devices };
}

function fitDepths(
  candidates: readonly Candidate[],
  context: RoundContext,
  costs: readonly DepthCost[],
  { deadline }: ResolvedOptions,
): Omit<Configuration, 'excluded'> {
  return deadline === 'trimmed'
    ? fitToTrimmedDeadline(candidates, context, costs)
    : fitToCommonDeadline(candidates, context);
}

/** The costs of a depth with 0, 1, … of its blocks quantised, up to all. */
function listChoices(profile: ModelProfile, ranks: readonly number[], cost: DepthCost): readonly DepthCost[] {
  const { depth } = cost;
  const parameters = countParameters(profile, { depth, ranks });
  return Array.from({ length: depth + 1 }, (_, quantizedBlocks) => ({
    ...cost,
    quantizedBlocks,
    memoryBytes: memoryBytes(profile, depth, parameters, quantizedBlocks),
  }));
}

/** At most one: none where not even quantising all blocks is enough. */
function leastQuantized(costs: readonly DepthCost[], { capacity }: DeviceContext): readonly DepthCost[] {
  const cost = costs.find(({ memoryBytes }) => memoryBytes <= capacity.memoryBytes);
  return cost === undefined ? [] : [cost];
}
