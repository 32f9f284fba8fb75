import { liveEventSchema } from '@legend-fl/protocol';
import { callCoordinator, pathOf, RefusedCall } from '../../shared/call-coordinator.ts';
import { noteServerTime, serverNow } from '../../shared/server-clock.ts';
import { applyEvent, type LiveData, nothingYet } from './live-data.ts';

/** How things stand between this page and the coordinator. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly reason: string; readonly nextTryAt: number }
  | { readonly state: 'signed-out' };

export interface Following {
  /** Tries again now rather than at the next time. */
  retry(): void;
  stop(): void;
}

interface Listener {
  told(data: LiveData): void;
  connection(connection: Connection): void;
}

/** Between two drawings of what has come in: quick enough to look live, seldom enough for thousands of devices. */
const DRAW_EVERY_MS = 200;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 15_000;

/**
 * Follows the coordinator's events and connects again whenever they end. What was told before stays until the new
 * connection tells everything anew.
 */
export function followCoordinator(listener: Listener): Following {
  let data = nothingYet;
  let source: EventSource | undefined;
  let retryMs = FIRST_RETRY_MS;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let drawTimer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const drawSoon = () => {
    drawTimer ??= setTimeout(() => {
      drawTimer = undefined;
      listener.told(data);
    }, DRAW_EVERY_MS);
  };

  const lose = (reason: string) => {
    source?.close();
    source = undefined;
    if (stopped) return;
    listener.connection({ state: 'lost', reason, nextTryAt: serverNow() + retryMs });
    clearTimeout(retryTimer);
    retryTimer = setTimeout(connect, retryMs);
    retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
  };

  async function connect(): Promise<void> {
    listener.connection({ state: 'connecting' });
    try {
      noteServerTime((await callCoordinator('status')).serverTime);
      // An event source does not tell why it fails; a request does.
      await callCoordinator('listRuns');
    } catch (error) {
      if (stopped) return;
      if (error instanceof RefusedCall && error.needsSignIn) listener.connection({ state: 'signed-out' });
      else lose(error instanceof Error ? error.message : String(error));
      return;
    }
    if (!stopped) open();
  }

  function open(): void {
    const opened = new EventSource(pathOf('events'));
    source = opened;
    let fresh = true;
    opened.addEventListener('open', () => {
      retryMs = FIRST_RETRY_MS;
      listener.connection({ state: 'live' });
    });
    opened.addEventListener('error', () => lose('The connection to the coordinator has ended.'));
    for (const type of ['runs', 'devices', 'rounds', 'log']) {
      opened.addEventListener(type, ({ data: text }: MessageEvent<string>) => {
        const event = liveEventSchema.safeParse(JSON.parse(text));
        if (!event.success) {
          lose(`The coordinator tells of ${type} in a way that this page does not know: reload it.`);
          return;
        }
        data = applyEvent(fresh ? nothingYet : data, event.data);
        fresh = false;
        drawSoon();
      });
    }
  }

  void connect();
  return {
    retry: () => {
      clearTimeout(retryTimer);
      retryMs = FIRST_RETRY_MS;
      void connect();
    },
    stop: () => {
      stopped = true;
      source?.close();
      clearTimeout(retryTimer);
      clearTimeout(drawTimer);
    },
  };
}
