import type { Adapter, Tensor } from '@legend-fl/adapter';
import type { GlobalState, NormHistory } from '@legend-fl/method';
import { isTrunkDue } from '@legend-fl/runs';
import type { DeviceMemory } from './device-memory.ts';
import type { Experiment } from './experiment.ts';

/** The state that a strategy's run carries from round to round besides the round state. */
export interface RunTensors {
  readonly global: GlobalState;
  /** The global adapter whose lower blocks devices apply with `trunk: global`, and the round that sent it out. */
  readonly trunk: TrunkVersion;
  /** By device; a device without a round so far has none. */
  readonly memories: ReadonlyMap<string, DeviceMemory>;
  /** Norms of earlier updates, from which the bounds of the next ones follow; empty without bounds. */
  readonly norms: NormHistory;
}

export interface TrunkVersion {
  /** From 1; 0 before the first round. */
  readonly round: number;
  readonly adapter: Adapter;
}

export function startTensors(initial: GlobalState): RunTensors {
  return { global: initial, trunk: { round: 0, adapter: initial.adapter }, memories: new Map(), norms: [] };
}

/** The tensors that a round starts with: where a new trunk is due, devices apply the global adapter as it is now. */
export function refreshTrunk(
  tensors: RunTensors,
  { trunk }: Pick<Experiment, 'trunk'>,
  round: number,
): RunTensors {
  return isTrunkDue(trunk, round)
    ? { ...tensors, trunk: { round, adapter: tensors.global.adapter } }
    : tensors;
}

/** Copies the tensors into memory that workers share, so that passing them to workers copies nothing. */
export function shareTensors(tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  return new Map(
    [...tensors].map(([name, { dims, data }]) => {
      const shared = new Float32Array(new SharedArrayBuffer(data.byteLength));
      shared.set(data);
      return [name, { dims, data: shared }] as const;
    }),
  );
}
