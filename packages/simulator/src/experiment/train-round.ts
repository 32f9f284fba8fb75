import { type Adapter, adapterBytes } from '@legend/adapter';
import { seededRandom } from '@legend/base';
import {
  type CompletionTime,
  completionTime,
  type DevicePlan,
  type GlobalState,
  type Plan,
  type Strategy,
  type Update,
} from '@legend/method';
import type { LocalTask } from '@legend/trainer';
import type { Experiment } from './experiment.ts';
import { type Laboratory, presentDevices, type SimulatedDevice } from './laboratory.ts';
import { locateProblem } from './locate-problem.ts';

/** What one device did in a round: its update, from real training, and the virtual time and traffic it took. */
export interface DeviceWork {
  readonly plan: DevicePlan;
  readonly device: SimulatedDevice;
  readonly update: Update;
  readonly time: CompletionTime;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/**
 * Trains every device of the plan; the deepest first, so that workers finish together. Results are in the plan's order.
 * @throws InputError, naming round and device, when a loss is no longer finite
 */
export async function trainRound(
  laboratory: Laboratory,
  strategy: Strategy,
  global: GlobalState,
  plan: Plan,
): Promise<DeviceWork[]> {
  const present = new Map(presentDevices(laboratory, plan.round).map((device) => [device.id, device]));
  const works = new Map<string, DeviceWork>();
  const deepestFirst = plan.devices.toSorted((a, b) => b.depth - a.depth);
  await Promise.all(
    deepestFirst.map(async (devicePlan) => {
      const device = present.get(devicePlan.id);
      if (!device) throw new Error(`the plan of ${plan.strategy} names ${devicePlan.id}, which is not there`);
      const adapter = strategy.deviceAdapter(global, devicePlan);
      const work = await trainDevice(laboratory, plan, devicePlan, device, adapter).catch(
        (error: unknown) => {
          throw locateProblem(error, `${strategy.name}, round ${plan.round}, device ${device.id}`);
        },
      );
      works.set(device.id, work);
      laboratory.onEvent({
        type: 'device-trained',
        strategy: strategy.name,
        round: plan.round,
        done: works.size,
        devices: plan.devices.length,
      });
    }),
  );
  return plan.devices.flatMap(({ id }) => works.get(id) ?? []);
}

async function trainDevice(
  { experiment, profile, pool, train }: Laboratory,
  { round, localSteps, rankDistribution }: Plan,
  plan: DevicePlan,
  device: SimulatedDevice,
  adapter: Adapter,
): Promise<DeviceWork> {
  const { depth, trunk } = plan;
  const task = localTask(experiment, { adapter, depth, trunk, examples: device.examples }, round, device.id);
  const result = await pool.train(train, task);
  return {
    plan,
    device,
    update: {
      deviceId: device.id,
      round,
      depth,
      examples: device.examples.length,
      adapter: result.adapter,
      loss: result.losses.reduce((sum, loss) => sum + loss, 0) / result.losses.length,
    },
    time: completionTime(device.capacity, profile, { depth, trunk, ranks: rankDistribution, localSteps }),
    bytesUp: adapterBytes(result.adapter),
    bytesDown: adapterBytes(adapter),
  };
}

/** Which batches a device draws depends on the seed, the round and the device, not on the strategy. */
function localTask(
  { local, seed }: Experiment,
  part: Pick<LocalTask, 'adapter' | 'depth' | 'trunk' | 'examples'>,
  round: number,
  deviceId: string,
): LocalTask {
  const { steps, batchSize, optimizer, weightDecay, maxGradNorm, learningRate, warmupRounds } = local;
  return {
    ...part,
    steps,
    batchSize,
    update: { optimizer, weightDecay, maxGradNorm },
    learningRate: { peak: learningRate, warmupSteps: warmupRounds * steps },
    firstStep: (round - 1) * steps,
    seed: seededRandom(seed, 'local', round, deviceId).integer(2 ** 31),
  };
}
