import { completePlan, type Plan, type Strategy } from '@legend-fl/method';
import { type DeviceTime, explainLate, listLate } from './list-late.ts';
import { leaveOut } from './narrowed-context.ts';
import { type NarrowedPlan, planPossible } from './plan-possible.ts';

/** When a round closes, and how many devices it needs in any case. */
export interface TimeLimit {
  readonly leastDevices: number;
  readonly deadlineSeconds: (plan: Plan) => number;
}

/** Each repetition catches devices that are late only because leaving out earlier ones changed the plan. */
const MOST_REPLANS = 8;

/**
 * A plan in which every device finishes before the round closes. Late devices are left out and the others planned again,
 * which may change their depths. After `MOST_REPLANS` plans, late devices are only removed from the plan, as if they had
 * dropped out of the round; blocks with fewer devices than the minimum cohort are then not trained.
 *
 * The fastest `leastDevices` stay, even if they will be late.
 */
export function planInTime(
  strategy: Strategy,
  first: NarrowedPlan,
  { leastDevices, deadlineSeconds }: TimeLimit,
): NarrowedPlan {
  let planned = first;
  for (let replans = 0; ; replans++) {
    const closesAfter = deadlineSeconds(planned.plan);
    const late = listLate(planned.plan.devices, closesAfter, leastDevices);
    if (late.length === 0) return planned;
    const narrowed = leaveOut(planned, explainLate(late, closesAfter));
    planned =
      replans < MOST_REPLANS
        ? planPossible(strategy, narrowed)
        : { ...narrowed, plan: takeOut(late, planned) };
  }
}

function takeOut(late: readonly DeviceTime[], { plan, context }: NarrowedPlan): Plan {
  const ids = new Set(late.map(({ id }) => id));
  const devices = plan.devices.filter(({ id }) => !ids.has(id));
  return { ...plan, ...completePlan(plan.strategy, context, { ...plan, devices }) };
}
