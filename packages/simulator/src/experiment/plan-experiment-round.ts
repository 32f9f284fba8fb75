import { findEntry, type Plan, type RoundState, type Strategy } from '@legend-fl/method';
import { planRound } from '@legend-fl/runs';
import type { SimulatedDevice } from './draw-round-devices.ts';
import type { RunTensors } from './run-tensors.ts';
import type { Setting } from './simulation.ts';
import { expectTrunkBlocks } from './virtual-trunk-cache.ts';

/** Plans a round. Throws InputError if the strategy finds no plan, or one that exceeds a device's budget. */
export function planExperimentRound(
  { experiment, profile }: Setting,
  strategy: Strategy,
  state: Pick<RoundState, 'round' | 'capacities' | 'lastEvaluation'>,
  { global, memories }: RunTensors,
  present: readonly SimulatedDevice[],
): Plan {
  const devices = present.map(({ id, capacity, examples }) => ({
    id,
    capacity: findEntry(state.capacities, id)?.capacity ?? capacity,
    ...(experiment.trunkCache && {
      trunkBlocks: expectTrunkBlocks(memories.get(id)?.cached ?? new Map(), examples, profile.blocks),
    }),
  }));
  return planRound(strategy, experiment, { profile, state, devices, global });
}
