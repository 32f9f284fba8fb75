import type { Adapter, Tensor } from '@legend-fl/adapter';
import type { GlobalState, NormHistory } from '@legend-fl/method';
import type { DeviceMemory } from './device-memory.ts';
import type { Experiment } from './experiment.ts';

/** What a strategy's run carries from round to round besides the round state. */
export interface RunTensors {
  readonly global: GlobalState;
  /** The global adapter whose lower blocks devices apply with `trunk: global`, and the round that sent it out. */
  readonly trunk: TrunkVersion;
  /** By device; a device that has not taken part yet has none. */
  readonly memories: ReadonlyMap<string, DeviceMemory>;
  /** What the bounds of the next updates are measured against; empty without bounds. */
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

/** The trunk that devices of a round apply: the global adapter's in every `refreshRounds`-th round, else the last one. */
export function refreshTrunk(
  tensors: RunTensors,
  { trunk: { kind, refreshRounds } }: Experiment,
  round: number,
): RunTensors {
  const due = kind === 'global' && (round - 1) % refreshRounds === 0;
  return due ? { ...tensors, trunk: { round, adapter: tensors.global.adapter } } : tensors;
}

/** The same tensors in memory that workers share, so that handing them to workers copies nothing. */
export function shareTensors(tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  return new Map(
    [...tensors].map(([name, { dims, data }]) => {
      const shared = new Float32Array(new SharedArrayBuffer(data.byteLength));
      shared.set(data);
      return [name, { dims, data: shared }] as const;
    }),
  );
}
