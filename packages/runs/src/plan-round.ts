import {
  type DeviceContext,
  type GlobalState,
  type ModelProfile,
  mergeExcluded,
  type Plan,
  type RoundContext,
  type RoundState,
  type Strategy,
} from '@legend-fl/method';
import { valueBytes } from '@legend-fl/adapter';
import { planInTime } from './planning/plan-in-time.ts';
import { planPossible } from './planning/plan-possible.ts';
import { screenDevices } from './planning/screen-devices.ts';
import type { LocalSettings } from './settings/local-settings.ts';
import type { MethodSettings } from './settings/method-settings.ts';

/** What all plans of a run are made under. */
export interface PlanSettings extends Pick<MethodSettings, 'trunk' | 'codec'> {
  readonly local: Pick<LocalSettings, 'steps'>;
}

/** What a round's plan is made from. */
export interface RoundToPlan {
  readonly profile: ModelProfile;
  readonly state: Pick<RoundState, 'round' | 'lastEvaluation'>;
  /** Those that are there, with their estimated capacities. */
  readonly devices: readonly DeviceContext[];
  readonly global: GlobalState;
  /** See `RoundContext`; 1 if left out. */
  readonly minimumCohort?: number;
  /** Devices that stay in the plan even if they will be late; the minimum cohort if left out. */
  readonly leastDevices?: number;
  /** Devices that can't do anything in so many seconds are left out before planning; none if left out. */
  readonly mostSeconds?: number;
  /** When a round with this plan closes; devices that would be late are left out. If left out, no round closes early. */
  readonly deadlineSeconds?: (plan: Plan) => number;
}

/**
 * The strategy's plan, checked. Devices that no plan can have in it are left out with a reason and appear in the plan's
 * `excluded`: those whose figures are no numbers, those that make a plan impossible, those that can't finish in time. So
 * there is a plan as long as there is one for a single device.
 *
 * Throws the strategy's own InputError where there is none, or one that asks too much of a device.
 */
export function planRound(
  strategy: Strategy,
  { local, trunk, codec }: PlanSettings,
  round: RoundToPlan,
): Plan {
  const { profile, state, devices, global, minimumCohort, mostSeconds, deadlineSeconds } = round;
  const { leastDevices = minimumCohort ?? 1 } = round;
  const context: RoundContext = {
    round: state.round,
    profile,
    localSteps: local.steps,
    trunk: trunk.kind,
    valueBytes: Math.max(valueBytes(codec.up), valueBytes(codec.down)),
    lastEvaluation: state.lastEvaluation,
    devices,
    global,
    ...(minimumCohort !== undefined && { minimumCohort }),
  };
  const screened = screenDevices({ context, reasons: new Map() }, leastDevices, mostSeconds);
  const possible = planPossible(strategy, screened);
  const { plan, reasons } = deadlineSeconds
    ? planInTime(strategy, possible, { leastDevices, deadlineSeconds })
    : possible;
  if (reasons.size === 0) return plan;
  const left = devices.flatMap(({ id }) => {
    const reason = reasons.get(id);
    return reason === undefined ? [] : [{ id, reason }];
  });
  return { ...plan, excluded: mergeExcluded(devices, plan.excluded, left) };
}
