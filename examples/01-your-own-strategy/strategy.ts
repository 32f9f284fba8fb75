import {
  type AdapterSum,
  addToSum,
  assemblePlan,
  beginSum,
  DEFAULT_ALPHA_PER_RANK,
  DEFAULT_RANKS,
  depthCosts,
  finishSum,
  fitDevices,
  rankDistribution,
  type Strategy,
  type StrategyOptions,
  startAdapter,
  timeDepths,
} from '@legend-fl/method';

/**
 * Half depth: the faster half of the devices trains all blocks, the slower half those of the upper half of the model.
 * Blocks are averaged by examples over the devices that trained them. A simple answer to the same question as LEGEND's.
 */
export default function halfDepth(options: StrategyOptions): Strategy<AdapterSum> {
  const name = 'half-depth';
  const { ranks: rankOptions = DEFAULT_RANKS, alphaPerRank = DEFAULT_ALPHA_PER_RANK } = options;
  return {
    name,

    describe: () => ({
      name,
      summary: 'All blocks on the faster half of the devices, the upper half of them on the others.',
      source: 'An example',
      options: { ranks: rankOptions, alphaPerRank },
    }),

    // What the global adapter is created with: a rank and an alpha for every block.
    initialAdapter({ blocks }) {
      const ranks = rankDistribution(rankOptions, blocks);
      return { kind: 'lora', ranks, alphas: ranks.map((rank) => alphaPerRank * rank) };
    },

    // Who trains how many blocks in this round. A pure function: the same context gives the same plan.
    plan(context) {
      const { profile, localSteps, devices } = context;
      const { blocks } = profile;
      const half = Math.ceil(blocks / 2);
      const ranks = rankDistribution(rankOptions, blocks);
      // Memory and traffic at depth 1, 2, …, the same for all devices; and who has enough for half of the blocks.
      const costs = depthCosts(profile, ranks, context);
      const { fitting, excluded } = fitDevices(devices, costs, half);
      const timed = fitting.map(({ device, deepest }) => {
        const seconds = timeDepths(device, costs, { blocks, localSteps });
        return { id: device.id, deepest, half: seconds[half - 1] ?? 0, all: seconds[blocks - 1] ?? 0 };
      });
      const fastestFirst = timed.map(({ all }) => all).sort((a, b) => a - b);
      const median = fastestFirst[Math.floor((timed.length - 1) / 2)] ?? 0;
      const configured = timed.map((device) =>
        device.all <= median && device.deepest === blocks
          ? { id: device.id, depth: blocks, seconds: device.all }
          : { id: device.id, depth: half, seconds: device.half },
      );
      const targetSeconds = configured.reduce((longest, { seconds }) => Math.max(longest, seconds), 0);
      return assemblePlan(name, context, ranks, costs, { targetSeconds, devices: configured, excluded });
    },

    // What a device starts from, and how updates become the next global adapter: the library's parts as they are.
    deviceAdapter: startAdapter,
    begin: beginSum,
    add: addToSum,
    finish: finishSum,
  };
}
