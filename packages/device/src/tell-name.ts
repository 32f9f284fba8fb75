import type { CoordinatorClient } from './client/coordinator-client.ts';
import { ProtocolError } from './client/protocol-error.ts';

/**
 * Tells what the device is called now, which may be something else than when it enrolled. A coordinator of an earlier
 * version keeps the first name.
 * @throws what the client does
 */
export async function tellName(client: CoordinatorClient, name: string, signal: AbortSignal): Promise<void> {
  try {
    await client.tellName(name, { signal });
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'not-found') return;
    throw error;
  }
}
