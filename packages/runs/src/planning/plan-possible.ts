import { InputError, requireDefined } from '@legend-fl/base';
import { checkPlan, type DeviceContext, type Plan, type RoundContext, type Strategy } from '@legend-fl/method';
import { leaveOut, type NarrowedContext } from './narrowed-context.ts';
import { leastSeconds } from './screen-devices.ts';

/** A plan for a context, without the devices that were left out of it. */
export interface NarrowedPlan extends NarrowedContext {
  readonly plan: Plan;
}

/** Thrown at once: errors that fewer devices don't mend, and what a strategy's own file throws or returns by mistake. */
const NOT_OF_SINGLE_DEVICES: ReadonlySet<string> = new Set([
  'no-devices',
  'no-device-fits',
  'device-twice',
  'strategy-error',
  'strategy-result',
]);

/**
 * The strategy's plan, checked. If it has none for all devices, one for as many as can be found: sets of devices are added
 * to the plan one after the other, and a set that makes it impossible is halved until single devices remain, which are left
 * out with the reason that the strategy gave. That takes some b · log n plans for b such devices among n. Devices closest to
 * the median in speed come first, so that where devices exclude each other, it is the odd ones that are left out.
 *
 * Throws the strategy's own InputError where it can plan for no single device, or where that is no matter of devices.
 */
export function planPossible(strategy: Strategy, narrowed: NarrowedContext): NarrowedPlan {
  const { context } = narrowed;
  const { plan, error } = tryPlan(strategy, context);
  if (plan !== undefined) return { ...narrowed, plan };
  if (context.devices.length < 2 || NOT_OF_SINGLE_DEVICES.has(error.code)) throw error;
  const search: Search = { strategy, context, reasons: new Map(), unfit: [] };
  const fit = addHalves({ devices: [], plan: undefined }, nearestMedianFirst(context), search);
  if (fit.plan === undefined) throw error;
  const found = search.unfit.length === 0 ? fit : addGroup(fit, search.unfit, search);
  return { ...leaveOut(narrowed, search.reasons), plan: found.plan ?? fit.plan };
}

interface Search {
  readonly strategy: Strategy;
  readonly context: RoundContext;
  /** Why devices are left out, by id. */
  readonly reasons: Map<string, string>;
  /** Devices that came before any that fits. Beside one that does, the strategy can say why it leaves them out. */
  readonly unfit: DeviceContext[];
}

/** The devices found so far, with their plan. */
interface Found {
  readonly devices: readonly DeviceContext[];
  readonly plan: Plan | undefined;
}

function addHalves(found: Found, group: readonly DeviceContext[], search: Search): Found {
  const middle = Math.ceil(group.length / 2);
  return addGroup(addGroup(found, group.slice(0, middle), search), group.slice(middle), search);
}

function addGroup(found: Found, group: readonly DeviceContext[], search: Search): Found {
  const devices = [...found.devices, ...group];
  const ids = new Set(devices.map(({ id }) => id));
  const { strategy, context, reasons, unfit } = search;
  const ordered = context.devices.filter(({ id }) => ids.has(id));
  const { plan, error } = tryPlan(strategy, { ...context, devices: ordered });
  if (plan !== undefined) return { devices, plan };
  if (found.plan === undefined && error.code === 'no-device-fits') {
    unfit.push(...group);
    return found;
  }
  if (group.length > 1) return addHalves(found, group, search);
  for (const { id } of group) reasons.set(id, `no plan is possible with it: ${error.message}`);
  return found;
}

type Attempt =
  | { readonly plan: Plan; readonly error?: never }
  | { readonly plan?: never; readonly error: InputError };

function tryPlan(strategy: Strategy, context: RoundContext): Attempt {
  try {
    const plan = strategy.plan(context);
    checkPlan(plan, context);
    return { plan };
  } catch (error) {
    if (error instanceof InputError) return { error };
    throw error;
  }
}

/** By how many times slower or faster than the median a device is. */
function nearestMedianFirst(context: RoundContext): readonly DeviceContext[] {
  const seconds = leastSeconds(context).map((time) => time.seconds);
  const ascending = seconds.toSorted((one, other) => one - other);
  const median = requireDefined(ascending[Math.floor(seconds.length / 2)], 'median of the seconds');
  return context.devices
    .map((device, index) => {
      const own = requireDefined(seconds[index], `time of device ${device.id}`);
      return { device, ratio: ratioOf(own, median) };
    })
    .sort((one, other) => (one.ratio === other.ratio ? 0 : one.ratio - other.ratio))
    .map(({ device }) => device);
}

/** At least 1. */
function ratioOf(one: number, other: number): number {
  return one === other ? 1 : Math.max(one, other) / Math.min(one, other);
}
