import { InputError } from '@legend-fl/base';
import type { DevicePlan, ExcludedDevice, Plan } from '../plan.ts';
import type { DeviceContext, RoundContext } from '../round-context.ts';
import { type LeastCost, leastCosts } from './least-cost.ts';

/**
 * Throws InputError unless a plan is for this round and its devices, each at most once, at depths and ranks that the
 * model has (`plan-invalid`); predicts no less memory and traffic than its ranks must take, see `leastCosts`
 * (`plan-understated`); and asks no more of a device than it has (`plan-beyond-budget`). Strategies of one's own are
 * checked by it like those that come along.
 */
export function checkPlan(plan: Plan, context: RoundContext): void {
  const where = 'plan';
  const { blocks } = context.profile;
  const { round, localSteps, rankDistribution, devices, excluded } = plan;
  const { targetSeconds, roundSeconds, waitingSeconds } = plan;
  if (round !== context.round) {
    throw invalidPlan(where, `a plan of round ${context.round}`, `one of round ${round}`);
  }
  if (!(isWhole(localSteps) && localSteps >= 1)) {
    throw invalidPlan(where, 'local steps from 1', String(localSteps));
  }
  requireFigures({ targetSeconds, roundSeconds, waitingSeconds }, where);
  requireCohort(plan, context);
  if (rankDistribution.length !== blocks) {
    throw invalidPlan(where, `${blocks} ranks`, String(rankDistribution.length));
  }
  requireRanks(rankDistribution, where);
  if (devices.length === 0) throw invalidPlan(where, 'at least one device', 'none');
  const leastCostOf = leastCosts(context);
  for (const [device, known] of matchDevices(devices, excluded, context)) {
    const place = `${where}, device ${device.id}`;
    checkDevice(device, context, place);
    checkHonesty(device, leastCostOf(device), place);
    checkBudgets(device, known, place);
  }
}

/** A strategy that forgets it would let devices subtract their own updates from the result. */
function requireCohort({ minimumCohort = 1 }: Plan, context: RoundContext): void {
  const expected = context.minimumCohort ?? 1;
  if (minimumCohort === expected) return;
  throw invalidPlan('plan', `a minimum cohort of ${expected}, as the round has it`, String(minimumCohort));
}

/** The planned devices with what is known of them. */
function matchDevices(
  devices: readonly DevicePlan[],
  excluded: readonly ExcludedDevice[],
  context: RoundContext,
): readonly (readonly [DevicePlan, DeviceContext])[] {
  const open = new Map(context.devices.map((device) => [device.id, device]));
  const take = (id: string): DeviceContext => {
    const device = open.get(id);
    if (device === undefined) {
      throw invalidPlan('plan', 'every device of the round at most once', `${id} twice or not of the round`);
    }
    open.delete(id);
    return device;
  };
  const matched = devices.map((device) => [device, take(device.id)] as const);
  for (const { id } of excluded) take(id);
  return matched;
}

function checkDevice(plan: DevicePlan, context: RoundContext, where: string): void {
  const { blocks } = context.profile;
  const { depth, ranks, trunk, training, seconds, memoryBytes, bytesUp, bytesDown } = plan;
  if (!(isWhole(depth) && depth >= 1 && depth <= blocks)) {
    throw invalidPlan(where, `a depth from 1 to ${blocks}`, String(depth));
  }
  if (ranks.length !== depth) {
    throw invalidPlan(where, `${depth} ranks, one per trained block`, String(ranks.length));
  }
  requireRanks(ranks, where);
  if (trunk === 'global' && context.trunk === 'base') {
    throw invalidPlan(where, 'trunk base, as the round has it', trunk);
  }
  const quantized = training?.quantizedBlocks ?? 0;
  if (!(isWhole(quantized) && quantized <= depth)) {
    throw invalidPlan(where, `from 0 to ${depth} quantized blocks`, String(quantized));
  }
  requireFigures({ seconds, memoryBytes, bytesUp, bytesDown }, where);
}

/** Allows for the rounding of another order of summation. */
const ROUNDING = 1e-9;

function checkHonesty(plan: DevicePlan, least: LeastCost, where: string): void {
  for (const figure of ['memoryBytes', 'bytesUp', 'bytesDown'] as const) {
    if (plan[figure] >= least[figure] * (1 - ROUNDING)) continue;
    throw new InputError({
      code: 'plan-understated',
      expected: `${figure} of at least ${least[figure]}, which its depth and ranks take`,
      got: String(plan[figure]),
      where,
      todo: 'Let the strategy take its predictions from depthCosts.',
    });
  }
}

function checkBudgets(
  { memoryBytes, bytesUp, bytesDown }: DevicePlan,
  { capacity, bytesBudget = Number.POSITIVE_INFINITY }: DeviceContext,
  where: string,
): void {
  if (memoryBytes > capacity.memoryBytes) {
    const expected = `at most the device's ${capacity.memoryBytes} bytes of memory`;
    throw beyondBudget(where, expected, String(memoryBytes));
  }
  if (bytesUp + bytesDown > bytesBudget) {
    const expected = `at most the device's budget of ${bytesBudget} bytes`;
    throw beyondBudget(where, expected, String(bytesUp + bytesDown));
  }
}

function requireRanks(ranks: readonly number[], where: string): void {
  for (const rank of ranks) {
    if (!isWhole(rank)) throw invalidPlan(where, 'whole ranks from 0', String(rank));
  }
}

function requireFigures(figures: Readonly<Record<string, number>>, where: string): void {
  for (const name in figures) {
    const figure = figures[name] ?? Number.NaN;
    if (Number.isFinite(figure) && figure >= 0) continue;
    throw invalidPlan(where, `${name} to be finite and at least zero`, String(figure));
  }
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function invalidPlan(where: string, expected: string, got: string): InputError {
  return new InputError({ code: 'plan-invalid', expected, got, where, todo: 'Correct the strategy.' });
}

function beyondBudget(where: string, expected: string, got: string): InputError {
  return new InputError({
    code: 'plan-beyond-budget',
    expected,
    got,
    where,
    todo: 'Let the strategy plan a lower depth or rank for this device, or leave the device out.',
  });
}
