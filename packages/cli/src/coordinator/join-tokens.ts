import type { createdTokenSchema, newTokenSchema, TokenView } from '@legend-fl/protocol';
import type { z } from 'zod';

/** A coordinator's join tokens: in its store, or through its operator API. */
export interface JoinTokens {
  /** Runs that devices may join, in order of creation. */
  listRuns(): Promise<readonly string[]>;
  create(token: z.output<typeof newTokenSchema>): Promise<z.output<typeof createdTokenSchema>>;
  list(): Promise<readonly TokenView[]>;
  revoke(id: string): Promise<void>;
}
