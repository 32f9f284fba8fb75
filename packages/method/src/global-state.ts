import type { Adapter, Tensor } from '@legend-fl/adapter';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** What passes from round to round; with the plan, all that has to be kept to resume a run. */
export interface GlobalState {
  readonly adapter: Adapter;
  /** The strategy's own memory; null where it has none, and at the start. */
  readonly memory: JsonValue;
  /** What earlier rounds have added to frozen weights, [out, in] by `blocks.<l>.<target>`; nothing if left out. */
  readonly merged?: ReadonlyMap<string, Tensor>;
}
