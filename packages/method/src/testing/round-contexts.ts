import type { Adapter, LoraModule, Tensor } from '@legend/adapter';
import { seededRandom } from '@legend/base';
import fc from 'fast-check';
import type { Capacity } from '../capacity.ts';
import type { ModelProfile, Trunk } from '../cost-model.ts';
import type { DeviceContext, RoundContext, Strategy, Update } from '../strategies/strategy.ts';

const HIDDEN = 768;
const TARGETS = ['attention.self.query', 'attention.self.value'];

/** BERT-base-like: query and value of 768 units, batches of 4 × 256 tokens. */
export function profileOf(blocks: number): ModelProfile {
  return {
    blocks,
    adapterBytesPerRank: new Array<number>(blocks).fill(TARGETS.length * 2 * HIDDEN * 4),
    headBytes: (HIDDEN + 1) * 2 * 4,
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
  return { round: 1, profile: profileOf(12), localSteps: 20, trunk: 'base', devices, global };
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
  devices: fleets,
});

/** A rank for every block, in no order: what the planner promises holds for any. */
export function rankVectors(blocks: number): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max: 16 }), { minLength: blocks, maxLength: blocks });
}

/** An adapter of few numbers with the strategy's own ranks; value i of the whole is `valueAt(i)`. */
export function adapterFor(strategy: Strategy, blocks: number, valueAt: (index: number) => number): Adapter {
  const { ranks, alphas } = strategy.initialRanks(profileOf(blocks));
  let next = 0;
  const tensor = (...dims: number[]): Tensor => ({
    dims,
    data: Float32Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, () =>
      valueAt(next++),
    ),
  });
  return {
    blocks: ranks.map(
      (rank, index) =>
        new Map(
          TARGETS.map((target): [string, LoraModule] => [
            target,
            { kind: 'lora', alpha: alphas[index] ?? 0, a: tensor(rank, 3), b: tensor(2, rank) },
          ]),
        ),
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
