import type { Residual } from '@legend-fl/adapter';

/** The state that a simulated device keeps between rounds. */
export interface DeviceMemory {
  /** Rounding that its messages have not sent yet; see `encodeUpdate`. */
  readonly residual: Residual;
  /** With `trunk: global`, the round whose global adapter its frozen lower blocks come from; 0 before it has any. */
  readonly trunkRound: number;
  /** Its trunk cache: the examples whose hidden states after block b it holds, by b. */
  readonly cached: ReadonlyMap<number, ReadonlySet<number>>;
}

export const emptyMemory: DeviceMemory = { residual: new Map(), trunkRound: 0, cached: new Map() };
