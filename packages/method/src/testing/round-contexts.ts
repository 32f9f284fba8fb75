import { type Adapter, type AdapterModule, rankOf, type Tensor } from '@legend-fl/adapter';
import { seededRandom } from '@legend-fl/base';
import fc from 'fast-check';
import type { Capacity } from '../capacity.ts';
import type { ModelProfile, Trunk } from '../cost-model.ts';
import type { DevicePlan, Plan } from '../plan.ts';
import type { DeviceContext, RoundContext } from '../round-context.ts';
import type { Strategy } from '../strategies/strategy.ts';
import type { Update } from '../update.ts';

const HIDDEN = 768;
const TARGETS = ['attention.self.query', 'attention.self.value'];

/** BERT-base-like: query and value of 768 units, batches of 4 × 256 tokens. */
export function profileOf(blocks: number): ModelProfile {
  return {
    blocks,
    rankParameters: Array.from({ length: blocks }, () => ({
      A: TARGETS.length * HIDDEN,
      B: TARGETS.length * HIDDEN,
    })),
    bottleneckParameters: { perWidth: 2 * HIDDEN + 1, fixed: HIDDEN },
    headParameters: (HIDDEN + 1) * 2,
    weightBytes: 95e6 + blocks * 28e6,
    activationBytesPerBlock: 60e6,
    workingBytes: 120e6,
  };
}

/** fp32 Tflop/s of Jetson TX2, Xavier NX and AGX Xavier in their power modes. */
const TFLOPS = [0.27, 0.39, 0.44, 0.57, 0.61, 0.67, 0.69, 0.84, 0.92, 1.41];

/** A TX2 with 0.67 Tflop/s takes 0.047 s forward and 0.043 s backward per block; others in proportion. */
function jetsonCapacity(
  tflops: number,
  uploadMbps: number,
  downloadMbps: number,
  memoryBytes: number,
): Capacity {
  return {
    forwardSecondsPerBlock: (0.047 * 0.67) / tflops,
    backwardSecondsPerBlock: (0.043 * 0.67) / tflops,
    uploadSecondsPerByte: 8e-6 / uploadMbps,
    downloadSecondsPerByte: 8e-6 / downloadMbps,
    memoryBytes,
  };
}

/** A round of Jetson devices at 1-30 Mb/s, whose memory holds all of 12 blocks. */
export function contextOfJetsons(strategy: Strategy, count: number, seed: number): RoundContext {
  const random = seededRandom(seed, 'jetsons');
  const mbps = () => 1 + 29 * random();
  const devices = Array.from({ length: count }, (_, index) => ({
    id: `device-${index}`,
    capacity: jetsonCapacity(TFLOPS[random.integer(TFLOPS.length)] ?? 1, mbps(), mbps(), 8e9),
  }));
  const global = { adapter: adapterFor(strategy, 12, () => random()), memory: null };
  return {
    round: 1,
    profile: profileOf(12),
    localSteps: 20,
    trunk: 'base',
    valueBytes: 4,
    lastEvaluation: null,
    devices,
    global,
  };
}

/** Jetson-like, with backward passes more or less dear, and memory from too little for a block to plenty. */
const capacities: fc.Arbitrary<Capacity> = fc
  .record({
    tflops: fc.constantFrom(...TFLOPS),
    backwardShare: fc.double({ min: 0.3, max: 3, noNaN: true }),
    uploadMbps: fc.double({ min: 1, max: 30, noNaN: true }),
    downloadMbps: fc.double({ min: 1, max: 30, noNaN: true }),
    memoryBytes: fc.oneof(fc.constantFrom(8e9, 32e9), fc.double({ min: 2e8, max: 1.4e9, noNaN: true })),
  })
  .map(({ tflops, backwardShare, uploadMbps, downloadMbps, memoryBytes }) => {
    const capacity = jetsonCapacity(tflops, uploadMbps, downloadMbps, memoryBytes);
    return { ...capacity, backwardSecondsPerBlock: capacity.backwardSecondsPerBlock * backwardShare };
  });

const budgets = fc.option(fc.double({ min: 2e4, max: 4e6, noNaN: true }), { nil: undefined, freq: 4 });

/** Fleets of 1 to 12 devices; the first is large enough for everything, so that a plan exists. */
const fleets: fc.Arbitrary<readonly DeviceContext[]> = fc
  .array(fc.tuple(capacities, budgets), { minLength: 1, maxLength: 12 })
  .map((drawn) =>
    drawn.map(([capacity, bytesBudget], index) =>
      index === 0
        ? { id: 'device-0', capacity: { ...capacity, memoryBytes: 32e9 } }
        : { id: `device-${index}`, capacity, ...(bytesBudget === undefined ? {} : { bytesBudget }) },
    ),
  );

export type PlanningContext = Omit<RoundContext, 'global'>;

export const planningContexts: fc.Arbitrary<PlanningContext> = fc.record({
  round: fc.integer({ min: 1, max: 100 }),
  profile: fc.integer({ min: 1, max: 12 }).map(profileOf),
  localSteps: fc.integer({ min: 1, max: 40 }),
  trunk: fc.constantFrom<Trunk>('base', 'global'),
  valueBytes: fc.constantFrom(4, 2, 1.02),
  lastEvaluation: fc.constantFrom(null, { round: 1, accuracy: 0.5, loss: 0.7 }),
  devices: fleets,
});

/** A rank for every block, in no order: what the planner promises holds for any. */
export function rankVectors(blocks: number): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max: 16 }), { minLength: blocks, maxLength: blocks });
}

/** An adapter of few numbers of the strategy's own kind and sizes; value i of the whole is `valueAt(i)`. */
export function adapterFor(strategy: Strategy, blocks: number, valueAt: (index: number) => number): Adapter {
  const initial = strategy.initialAdapter(profileOf(blocks));
  let next = 0;
  const tensor = (...dims: number[]): Tensor => ({
    dims,
    data: Float32Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, () =>
      valueAt(next++),
    ),
  });
  const sizes = initial.kind === 'lora' ? initial.ranks : initial.widths;
  const targets = initial.kind === 'lora' ? TARGETS : ['output.dense'];
  const moduleOf = (size: number, index: number): AdapterModule =>
    initial.kind === 'lora'
      ? { kind: 'lora', alpha: initial.alphas[index] ?? 0, a: tensor(size, 3), b: tensor(2, size) }
      : {
          kind: 'bottleneck',
          down: tensor(size, 2),
          downBias: tensor(size),
          up: tensor(2, size),
          upBias: tensor(2),
        };
  return {
    blocks: sizes.map(
      (size, index) =>
        new Map(size === 0 ? [] : targets.map((target) => [target, moduleOf(size, index)] as const)),
    ),
    head: new Map([
      ['classifier.weight', tensor(2, 3)],
      ['classifier.bias', tensor(2)],
    ]),
  };
}

export function updateOf(adapter: Adapter, update: Partial<Update> = {}): Update {
  return {
    deviceId: 'a',
    round: 1,
    depth: adapter.blocks.length,
    examples: 1,
    adapter,
    loss: 0.5,
    ...update,
  };
}

/** The plan of a round in which these updates are what was asked for. */
export function planFor(updates: readonly Update[]): Plan {
  const planned = new Map(updates.map((update) => [update.deviceId, update]));
  return {
    round: 1,
    strategy: 'test',
    localSteps: 1,
    targetSeconds: 1,
    roundSeconds: 1,
    waitingSeconds: 0,
    rankDistribution: [],
    devices: [...planned.values()].map(({ deviceId, depth, adapter }) =>
      devicePlanOf({ id: deviceId, depth, ranks: adapter.blocks.slice(-depth).map(rankOfBlock) }),
    ),
    excluded: [],
  };
}

function rankOfBlock(block: ReadonlyMap<string, AdapterModule>): number {
  return Math.max(0, ...[...block.values()].map(rankOf));
}

export function devicePlanOf(device: Partial<DevicePlan>): DevicePlan {
  const depth = device.depth ?? 1;
  return {
    id: 'a',
    depth,
    ranks: new Array<number>(depth).fill(1),
    trunk: 'base',
    seconds: 1,
    memoryBytes: 1,
    bytesUp: 1,
    bytesDown: 1,
    ...device,
  };
}
