/**
 * Planning one round for a large fleet, on one core:
 *
 *     npm run bench:planning                      a million devices, 12 blocks
 *     npm run bench:planning -- --devices 10000
 *
 * Each row is a process of its own, garbage collection included in its one thread. Times are those of the processor, so
 * that other programs count little: of the first plan and of the best. Memory is by how much the most that the process
 * ever had exceeds what it had before planning, the fleet included.
 */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '@legend-fl/base';
import {
  createStrategy,
  type DeviceContext,
  type RoundContext,
  type StrategyOptions,
} from '@legend-fl/method';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '1000000' },
    blocks: { type: 'string', default: '12' },
    plans: { type: 'string', default: '4' },
    row: { type: 'string' },
  },
});
const [devices, blocks, plans] = [Number(values.devices), Number(values.blocks), Number(values.plans)];

const ROWS: Readonly<Record<string, StrategyOptions>> = {
  greedy: {},
  'greedy, fastest deadline': { deadline: 'fastest' },
  'greedy, trimmed deadline': { deadline: 'trimmed' },
  optimal: { planner: 'optimal' },
  'optimal, stragglers left': { planner: 'optimal', stragglers: 'leave' },
  full: { planner: 'full' },
};

if (values.row === undefined) printTable();
else measure(values.row);

function printTable(): void {
  console.log(`${devices} devices, ${blocks} blocks, ${cpus()[0]?.model}, Node ${process.version}\n`);
  console.log('| planner | first s | best s | memory MB | round s | mean depth |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const row of Object.keys(ROWS)) {
    const args = [
      '--single-threaded',
      fileURLToPath(import.meta.url),
      ...process.argv.slice(2),
      '--row',
      row,
    ];
    console.log(execFileSync(process.execPath, args, { encoding: 'utf8' }).trim());
  }
}

function measure(row: string): void {
  const context = drawContext();
  const strategy = createStrategy('legend', ROWS[row]);
  const before = process.resourceUsage().maxRSS;
  const seconds: number[] = [];
  let summary = '';
  for (let count = 0; count < plans; count++) {
    const start = process.cpuUsage();
    const plan = strategy.plan(context);
    const { user, system } = process.cpuUsage(start);
    seconds.push((user + system) / 1e6);
    const depth = plan.devices.reduce((sum, device) => sum + device.depth, 0) / plan.devices.length;
    summary = `${plan.roundSeconds.toFixed(1)} | ${depth.toFixed(1)}`;
  }
  const megabytes = (process.resourceUsage().maxRSS - before) / 1e3;
  const [first = 0, ...others] = seconds;
  const best = Math.min(first, ...others);
  console.log(`| ${row} | ${first.toFixed(2)} | ${best.toFixed(2)} | ${megabytes.toFixed(0)} | ${summary} |`);
}

/** BERT-base on devices from 0.27 to 1.41 Tflop/s, at 1 to 30 Mb/s, with 1 to 8 GB. */
function drawContext(): RoundContext {
  const random = seededRandom(1, 'planning');
  const between = (least: number, most: number) => least + (most - least) * random();
  const device = (index: number): DeviceContext => {
    const forwardSecondsPerBlock = 0.0315 / between(0.27, 1.41);
    const capacity = {
      forwardSecondsPerBlock,
      backwardSecondsPerBlock: forwardSecondsPerBlock * between(0.9, 2),
      uploadSecondsPerByte: 8e-6 / between(1, 30),
      downloadSecondsPerByte: 8e-6 / between(1, 30),
      memoryBytes: between(1e9, 8e9),
    };
    return { id: `device-${index}`, capacity };
  };
  return {
    round: 1,
    profile: {
      blocks,
      rankParameters: Array.from({ length: blocks }, () => ({ A: 1536, B: 1536 })),
      bottleneckParameters: { perWidth: 1537, fixed: 768 },
      headParameters: 1538,
      weightBytes: 438e6,
      activationBytesPerBlock: 60e6,
      workingBytes: 120e6,
    },
    localSteps: 20,
    trunk: 'base',
    valueBytes: 4,
    lastEvaluation: null,
    devices: Array.from({ length: devices }, (_, index) => device(index)),
    global: { adapter: { blocks: [], head: new Map() }, memory: null },
  };
}
