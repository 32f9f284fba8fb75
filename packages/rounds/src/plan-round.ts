import {
  checkPlan,
  type DeviceContext,
  type GlobalState,
  type ModelProfile,
  type Plan,
  type RoundContext,
  type RoundState,
  type Strategy,
} from '@legend/method';
import { valueBytes } from '@legend/wire';
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
}

/** The strategy's plan. Throws InputError where it finds none, or one that asks too much of a device. */
export function planRound(
  strategy: Strategy,
  { local, trunk, codec }: PlanSettings,
  { profile, state, devices, global }: RoundToPlan,
): Plan {
  const context: RoundContext = {
    round: state.round,
    profile,
    localSteps: local.steps,
    trunk: trunk.kind,
    valueBytes: Math.max(valueBytes(codec.up), valueBytes(codec.down)),
    lastEvaluation: state.lastEvaluation,
    devices,
    global,
  };
  const plan = strategy.plan(context);
  checkPlan(plan, context);
  return plan;
}
