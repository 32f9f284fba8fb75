import { type Codec, codecNames, valueBytes } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { formatBytes, formatSeconds } from '@legend-fl/look';
import {
  checkPlan,
  type Plan,
  type RoundContext,
  type StrategyOptions,
  strategyNames,
} from '@legend-fl/method';
import { openModel } from '@legend-fl/models';
import { fitStrategy } from '@legend-fl/runs';
import { blockWork, deviceCapacities, loadFleet, loadStrategy } from '@legend-fl/simulator';
import { Command, Option } from 'commander';
import { integerFrom, sharedOptions } from '../options.ts';
import { parseRanks } from '../parse-ranks.ts';
import { locateModel } from '../resolve-inputs.ts';

interface PlanOptions {
  readonly fleet: string;
  readonly model: string;
  readonly strategy: string;
  readonly devices?: number;
  readonly round: number;
  readonly localSteps: number;
  readonly batchSize: number;
  readonly maxLength: number;
  readonly ranks?: string;
  readonly planner?: NonNullable<StrategyOptions['planner']>;
  readonly codec: Codec;
  readonly seed: number;
  readonly json?: boolean;
}

export function planCommand(): Command {
  return new Command('plan')
    .description("a round's plan for a fleet, without training")
    .requiredOption('--fleet <ref>', 'fleet file (YAML or JSON) or built-in name')
    .addOption(sharedOptions.model().makeOptionMandatory())
    .option(
      '--strategy <name>',
      `${strategyNames.join(', ')}, or the path of a file that exports one`,
      'legend',
    )
    .option('--devices <n>', "number of devices (default: the fleet's)", integerFrom(1))
    .option('--round <n>', 'round to plan; power modes and bandwidths depend on it', integerFrom(1), 1)
    .option('--local-steps <n>', 'steps per round', integerFrom(1), 8)
    .option('--batch-size <n>', 'examples per step', integerFrom(1), 8)
    .addOption(sharedOptions.maxLength('tokens per example').default(32))
    .option('--ranks <ranks>', 'one rank, one per block, or a growing range (4-12)')
    .addOption(
      new Option('--planner <name>', 'how LEGEND chooses depths').choices(['greedy', 'optimal', 'full']),
    )
    .addOption(new Option('--codec <name>', 'how messages are encoded').choices(codecNames).default('f32'))
    .addOption(sharedOptions.seed().default(1))
    .addOption(sharedOptions.json())
    .action(plan);
}

async function plan(options: PlanOptions): Promise<void> {
  const { devices, round, seed, localSteps, batchSize, maxLength, ranks, codec } = options;
  const { strategy } = await loadStrategy(options.strategy, {
    ...(ranks !== undefined && { ranks: parseRanks(ranks) }),
    ...(options.planner && { planner: options.planner }),
  });
  const fleet = await loadFleet(options.fleet);
  const model = await openModel(folderFiles((await locateModel(options.model)).folder), { seed });
  const shape = { batchSize, tokens: maxLength };
  const { profile, initial } = fitStrategy(strategy, model, { ...shape, targets: null, seed });
  const work = blockWork(model.architecture, shape);
  const capacities = deviceCapacities(fleet, { devices, round, seed, work });
  const context: RoundContext = {
    round,
    profile,
    localSteps,
    trunk: 'base',
    valueBytes: valueBytes(codec),
    lastEvaluation: null,
    devices: capacities.filter(({ available }) => available),
    global: initial,
  };
  const result = strategy.plan(context);
  checkPlan(result, context);
  if (options.json) console.log(JSON.stringify({ blocks: profile.blocks, ...result }, null, 2));
  else print(result);
}

function print({
  strategy,
  roundSeconds,
  targetSeconds,
  waitingSeconds,
  rankDistribution,
  devices,
  excluded,
}: Plan): void {
  console.log(`${strategy}: ranks ${rankDistribution.join(' ')} (block 1 to ${rankDistribution.length})`);
  console.log(
    `round ${formatSeconds(roundSeconds)}, target ${formatSeconds(targetSeconds)}, waiting ${formatSeconds(waitingSeconds)} on average\n`,
  );
  const width = Math.max(...devices.map(({ id }) => id.length), 'device'.length);
  console.log(`${'device'.padEnd(width)}  depth      time     memory  ranks`);
  for (const { id, depth, seconds, memoryBytes, ranks } of devices) {
    const figures = [formatSeconds(seconds).padStart(8), formatBytes(memoryBytes).padStart(9)].join('  ');
    console.log(`${id.padEnd(width)}  ${String(depth).padStart(5)}  ${figures}  ${ranks.join(' ')}`);
  }
  for (const { id, reason } of excluded) console.log(`${id.padEnd(width)}  left out: ${reason}`);
}
