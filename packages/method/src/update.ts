import type { Adapter } from '@legend-fl/adapter';

/** What a device hands in after its local steps. */
export interface Update {
  readonly deviceId: string;
  readonly round: number;
  readonly depth: number;
  /** Training examples that the device holds; the weight in averages, as in FedAvg (arXiv 1602.05629). */
  readonly examples: number;
  /** The trained blocks and the head; blocks below the depth are empty. */
  readonly adapter: Adapter;
  /** Mean training loss of the local steps. */
  readonly loss: number;
}
