/**
 * What it costs to hold updates within their bounds, beside what checking and adding them costs anyway:
 *
 *     npm run bench:bounds
 *     npm run bench:bounds -- --devices 10,100,1000 --repeats 9
 *
 * Adapters are of MiniLM-L6's shape (6 blocks, query and value, rank 8, and the head: 74,498 values). Medians of processor
 * milliseconds, the parts measured in turn.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Adapter, mapTensors } from '@legend-fl/adapter';
import { seededRandom } from '@legend-fl/base';
import {
  addToSum,
  beginSum,
  boundUpdates,
  type ChangeNorms,
  changeNorms,
  checkUpdate,
  type GlobalState,
  type Plan,
  type Update,
} from '@legend-fl/method';
import { median } from './median.ts';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '10,100,1000' },
    repeats: { type: 'string', default: '9' },
  },
});

const BLOCKS = 6;
const HIDDEN = 384;
const RANK = 8;
const SETTINGS = { normMultiple: 2, outlierMultiple: 3, maximumShare: 0.05 };

const random = seededRandom(1, 'bench bounds');
const draw = (...dims: number[]) => ({
  dims,
  data: Float32Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, () => random() - 0.5),
});
const start: Adapter = {
  blocks: Array.from(
    { length: BLOCKS },
    () =>
      new Map(
        ['query', 'value'].map((target) => [
          target,
          { kind: 'lora' as const, alpha: 16, a: draw(RANK, HIDDEN), b: draw(HIDDEN, RANK) },
        ]),
      ),
  ),
  head: new Map([
    ['classifier.weight', draw(2, HIDDEN)],
    ['classifier.bias', draw(2)],
  ]),
};
const end = mapTensors(start, (_, { dims, data }) => ({
  dims,
  data: data.map((value) => value + 0.01 * (random() - 0.5)),
}));
const idOf = (index: number) => `d-${index}`;
const updateOf = (index: number): Update => ({
  deviceId: idOf(index),
  round: 1,
  depth: BLOCKS,
  examples: 100,
  adapter: end,
  loss: 0.5,
});

console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}\n`);
console.log(
  '| devices | check and add an update | norms of its change | bounds of the round, per update | share |',
);
console.log('| ---: | ---: | ---: | ---: | ---: |');
for (const devices of values.devices.split(',').map(Number)) printRow(devices);

function printRow(devices: number): void {
  const updates = Array.from({ length: devices }, (_, index) => updateOf(index));
  const plan: Plan = {
    round: 1,
    strategy: 'fedlora',
    localSteps: 1,
    targetSeconds: 1,
    roundSeconds: 1,
    waitingSeconds: 0,
    rankDistribution: new Array<number>(BLOCKS).fill(RANK),
    devices: updates.map(({ deviceId: id }) => ({
      id,
      depth: BLOCKS,
      ranks: new Array<number>(BLOCKS).fill(RANK),
      trunk: 'base',
      seconds: 1,
      memoryBytes: 1,
      bytesUp: 1,
      bytesDown: 1,
    })),
    excluded: [],
  };
  const global: GlobalState = { adapter: start, memory: null };
  const times: { readonly add: number; readonly norms: number; readonly bound: number }[] = [];
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    const add = measure(() => {
      const sum = beginSum(global, plan);
      for (const update of updates) {
        checkUpdate(start, update);
        addToSum(sum, update);
      }
    });
    let norms: ChangeNorms[] = [];
    const ofNorms = measure(() => {
      norms = updates.map(({ adapter }) => changeNorms(start, adapter));
    });
    const received = updates.map(({ deviceId, examples, loss }, index) => ({
      deviceId,
      examples,
      loss,
      norms: norms[index] ?? { blocks: [], head: 0 },
    }));
    const bound = measure(() => void boundUpdates(received, [], SETTINGS));
    times.push({ add, norms: ofNorms, bound });
  }
  const each = (of: (typeof times)[number][keyof (typeof times)[number]][]) => median(of) / devices;
  const add = each(times.map((time) => time.add));
  const norms = each(times.map((time) => time.norms));
  const bound = each(times.map((time) => time.bound));
  const cells = [add, norms, bound].map((ms) => `${ms.toFixed(4)} ms`);
  console.log(`| ${[devices, ...cells, `${((100 * (norms + bound)) / add).toFixed(0)}%`].join(' | ')} |`);
}

/** Processor milliseconds. */
function measure(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
