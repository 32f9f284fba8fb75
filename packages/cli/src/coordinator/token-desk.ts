import type { createdTokenSchema, newTokenSchema, TokenView } from '@legend-fl/protocol';
import type { z } from 'zod';

/** Where join tokens are made: in a coordinator's store, or by a coordinator that runs. */
export interface TokenDesk {
  /** Runs that devices may join, in order of creation. */
  listRuns(): Promise<readonly string[]>;
  create(token: z.output<typeof newTokenSchema>): Promise<z.output<typeof createdTokenSchema>>;
  list(): Promise<readonly TokenView[]>;
  revoke(id: string): Promise<void>;
}
