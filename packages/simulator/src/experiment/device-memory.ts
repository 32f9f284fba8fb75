import type { Residual } from '@legend-fl/adapter';

/** What a simulated device keeps from one round to the next. */
export interface DeviceMemory {
  /** What its messages have not yet said; see `encodeUpdate`. */
  readonly residual: Residual;
  /** Round whose global adapter its frozen lower blocks are of, with `trunk: global`; 0 before it has any. */
  readonly trunkRound: number;
  /** Its trunk cache: the examples whose hidden states after block b it holds, by b. */
  readonly cached: ReadonlyMap<number, ReadonlySet<number>>;
}

export const emptyMemory: DeviceMemory = { residual: new Map(), trunkRound: 0, cached: new Map() };
