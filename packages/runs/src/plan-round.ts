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

/** Settings of all plans of a run. */
export interface PlanSettings extends Pick<MethodSettings, 'trunk' | 'codec'> {
  readonly local: Pick<LocalSettings, 'steps'>;
}

/** Everything that a round's plan depends on. */
export interface RoundToPlan {
  readonly profile: ModelProfile;
  readonly state: Pick<RoundState, 'round' | 'lastEvaluation'>;
  /** The devices that are present, with their estimated capacities. */
  readonly devices: readonly DeviceContext[];
  readonly global: GlobalState;
  /** See `RoundContext`; 1 if left out. */
  readonly minimumCohort?: number;
  /** Devices that stay in the plan even if they will be late; the minimum cohort if left out. */
  readonly leastDevices?: number;
  /** Devices that cannot finish the least work in so many seconds are left out before planning; by default none is. */
  readonly mostSeconds?: number;
  /** When a round with this plan closes; devices that would be late are left out. By default no round closes early. */
  readonly deadlineSeconds?: (plan: Plan) => number;
}

/**
 * Makes and checks a strategy's plan. Devices that no plan can include are left out and listed in the plan's `excluded` with a
 * reason: devices whose figures are not numbers, devices that make a plan impossible, devices that cannot finish in time. So
 * there is a plan as long as there is one for a single device.
 * @throws the strategy's own InputError if there is no plan, or one that exceeds a device's budget
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
