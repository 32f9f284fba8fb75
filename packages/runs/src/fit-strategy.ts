import { selectLinearMaps } from '@legend-fl/lora';
import type { GlobalState, ModelProfile, Strategy } from '@legend-fl/method';
import type { Model } from '@legend-fl/models';
import { createInitialAdapter } from './create-initial-adapter.ts';
import { modelProfile, type StepShape } from './model-profile.ts';

/** A strategy's way with a model. */
export interface FittedStrategy {
  /** Names of the linear maps that carry LoRA. */
  readonly targets: readonly string[];
  readonly profile: ModelProfile;
  /** The global state that round 1 starts from. */
  readonly initial: GlobalState;
}

/**
 * Fits a strategy to a model.
 * @param targets null: the linear maps that the architecture suggests
 * @param shape of the longest batch, padding included
 * @param seed of the initial adapter, the same for all strategies of a run
 * @throws InputError for a target that the model lacks, or a model that the strategy cannot train
 */
export function fitStrategy(
  strategy: Strategy,
  model: Model,
  {
    targets,
    seed,
    ...shape
  }: StepShape & { readonly targets: readonly string[] | null; readonly seed: number },
): FittedStrategy {
  const { architecture } = model;
  const maps = selectLinearMaps(architecture, targets ?? architecture.defaultTargets);
  const profile = modelProfile(model, maps, shape);
  const names = maps.map(({ name }) => name);
  const adapter = createInitialAdapter(model, names, strategy.initialAdapter(profile), seed);
  return { targets: names, profile, initial: { adapter, memory: null } };
}
