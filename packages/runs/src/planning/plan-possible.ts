import { InputError, requireDefined } from '@legend-fl/base';
import { checkPlan, type DeviceContext, type Plan, type RoundContext, type Strategy } from '@legend-fl/method';
import { leaveOut, type NarrowedContext } from './narrowed-context.ts';
import { leastSeconds } from './screen-devices.ts';

/** A plan for the devices that remain in a context. */
export interface NarrowedPlan extends NarrowedContext {
  readonly plan: Plan;
}

/** Errors that leaving out devices cannot mend, and mistakes in a strategy's own file: they are thrown at once. */
const NOT_OF_SINGLE_DEVICES: ReadonlySet<string> = new Set([
  'no-devices',
  'no-device-fits',
  'device-twice',
  'strategy-error',
  'strategy-result',
]);

/**
 * Makes and checks a strategy's plan. If there is none for all devices, it searches for a plan for as many as possible: sets of
 * devices are added one after the other; a set that makes the plan impossible is halved until single devices remain, and they
 * are left out with the strategy's reason. That takes about b · log n plans for b such devices among n. Devices closest to the
 * median speed come first, so that if devices exclude each other, the unusual ones are left out.
 * @throws the strategy's own InputError if it cannot plan for any single device, or if devices are not the cause
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
  /** Devices tried before one fitted. Beside a device that fits, the strategy can say why it leaves them out. */
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

/** The devices, closest to the median speed first. */
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
