import { describeProtocol, PROTOCOL_VERSION } from '@legend-fl/protocol';
import type { Coordinator } from '../services/coordinator.ts';
import type { Logger } from './logger.ts';
import type { RouteHandlers } from './route-handlers.ts';

/** Protocol versions that are spoken. */
export const supportedVersions: number[] = [PROTOCOL_VERSION];

/** What anybody may ask. */
export function openHandlers(
  coordinator: Coordinator,
  { logger, now }: { readonly logger: Logger; readonly now: () => number },
): Pick<RouteHandlers, 'status' | 'openApi' | 'health'> {
  // Anybody may ask, and every check writes to the disk: one at a time.
  let check: Promise<void> | undefined;
  const description = JSON.stringify(describeProtocol(), null, 2);
  return {
    status: async () => ({ name: 'legend', versions: supportedVersions, serverTime: now() }),
    openApi: async () => ({ type: 'application/json', content: description }),
    async health({ context }) {
      try {
        check ??= coordinator.checkHealth().finally(() => {
          check = undefined;
        });
        await check;
        return { status: 'ok' };
      } catch (error) {
        logger.error({ err: error }, 'cannot store what comes in');
        return context.json({ status: 'failing' }, 503);
      }
    },
  };
}
