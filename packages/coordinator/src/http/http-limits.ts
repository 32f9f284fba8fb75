import type { RouteName } from '@legend-fl/protocol';
import { limits } from '@legend-fl/protocol';
import type { RateLimit } from '../pacing/keyed-limiter.ts';

/** Bounds of what one client may take of the server. */
export interface HttpLimits {
  /** Bytes of a JSON body. */
  readonly jsonBytes: number;
  /** Levels of lists and objects in a JSON body. */
  readonly jsonDepth: number;
  /** Bytes of all headers of a request. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** Milliseconds in which the headers have to be there. */
  readonly headersMs: number;
  /** Milliseconds in which a JSON body has to be there. */
  readonly bodyMs: number;
  /** Milliseconds without a byte after which an upload or a download is cut off. */
  readonly idleMs: number;
  /** Requests of one device in a window of so many seconds. */
  readonly device: RateLimit;
  /** Requests of one device of routes that are asked for seldom. */
  readonly deviceRoutes: Readonly<Partial<Record<RouteName, RateLimit>>>;
  /** Credentials and tokens that were refused, of one route, from one address. */
  readonly failures: RateLimit;
  /** Live pages that listen at the same time. */
  readonly listeners: number;
  /** Bytes that may wait for a live page that reads slowly, and milliseconds that they may. */
  readonly listenerBytes: number;
  readonly listenerMs: number;
  /** Milliseconds between two signs of life to a live page. */
  readonly keepAliveMs: number;
  /** Milliseconds that requests under way have to end in when the server stops. */
  readonly stopMs: number;
}

export const defaultHttpLimits: HttpLimits = {
  jsonBytes: limits.jsonBytes,
  jsonDepth: 32,
  headerBytes: 16 * 1024,
  headerCount: 100,
  headersMs: 10_000,
  bodyMs: 15_000,
  idleMs: 60_000,
  device: { requests: 300, seconds: 5 },
  deviceRoutes: {
    // Once after every start, which takes seconds. What it tells is stored.
    capacity: { requests: 30, seconds: 60 },
    // One a round: rounds of a tenth of a second are as short as any.
    score: { requests: 600, seconds: 60 },
    // One in ten seconds, and one at each change of what it does.
    heartbeat: { requests: 120, seconds: 60 },
    // Once before every end.
    leave: { requests: 20, seconds: 60 },
  },
  failures: { requests: 100, seconds: 60 },
  listeners: 64,
  listenerBytes: 64 * 1024 ** 2,
  listenerMs: 20_000,
  keepAliveMs: 15_000,
  stopMs: 3_000,
};
