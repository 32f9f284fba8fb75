import type { ServerResponse } from 'node:http';
import type { LiveEvent } from '@legend-fl/protocol';
import type { OperatorService } from '../services/coordinator.ts';
import type { HttpLimits } from './http-limits.ts';

/**
 * Streams what happens as server-sent events, until the client goes away or `signal` aborts. A client that does not
 * read is cut off, so that what waits for it does not grow without bound: it comes again and gets everything there is.
 */
export async function sendEvents(
  outgoing: ServerResponse,
  {
    subscribe,
    signal,
    limits,
  }: {
    readonly subscribe: OperatorService['subscribe'];
    readonly signal: AbortSignal;
    readonly limits: Pick<HttpLimits, 'listenerBytes' | 'listenerMs' | 'keepAliveMs'>;
  },
): Promise<void> {
  outgoing.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    // nginx would hold events back.
    'X-Accel-Buffering': 'no',
  });
  outgoing.flushHeaders();
  let blockedSince: number | undefined;
  const write = (text: string): void => {
    if (outgoing.destroyed || outgoing.writableEnded) return;
    const isLate = blockedSince !== undefined && performance.now() - blockedSince > limits.listenerMs;
    if (isLate || outgoing.writableLength > limits.listenerBytes) {
      outgoing.destroy();
      return;
    }
    if (!outgoing.write(text)) blockedSince ??= performance.now();
  };
  outgoing.on('drain', () => {
    blockedSince = undefined;
  });
  const keepAlive = setInterval(() => write(': alive\n\n'), limits.keepAliveMs);
  const unsubscribe = subscribe((event) => write(describeEvent(event)));
  try {
    await ended(outgoing, signal);
  } finally {
    unsubscribe();
    clearInterval(keepAlive);
    outgoing.end();
  }
}

/** JSON has no raw line breaks, so that the data is one line. */
function describeEvent(event: LiveEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function ended(outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted || outgoing.destroyed) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  outgoing.once('close', () => resolve());
  return promise;
}
