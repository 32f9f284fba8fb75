import { createHash } from 'node:crypto';
import type { RouteName } from '@legend-fl/protocol';
import { KeyedLimiter } from '../pacing/keyed-limiter.ts';
import type { HttpLimits } from './http-limits.ts';

/** A try that was refused. */
export interface FailedTry {
  readonly address: string;
  readonly route: RouteName;
  /** A token that there is, or was, and that lets nobody in any more; undefined of what was guessed. */
  readonly closedToken?: string | undefined;
}

/** Counts requests of devices and refused tries, in memory. Every method throws TooManyRequests over the limit. */
export class RateLimits {
  readonly #device: KeyedLimiter;
  readonly #deviceRoutes: ReadonlyMap<string, KeyedLimiter>;
  readonly #failures: KeyedLimiter;

  constructor({ device, deviceRoutes, failures }: Pick<HttpLimits, 'device' | 'deviceRoutes' | 'failures'>) {
    this.#device = new KeyedLimiter(device, 'requests of this device');
    this.#deviceRoutes = new Map(
      Object.entries(deviceRoutes).map(([route, limit]) => [
        route,
        new KeyedLimiter(limit, 'requests of this kind by this device'),
      ]),
    );
    this.#failures = new KeyedLimiter(failures, 'refused credentials from this address');
  }

  async countRequest(device: string, route: RouteName): Promise<void> {
    await this.#device.count(device);
    await this.#deviceRoutes.get(route)?.count(device);
  }

  /**
   * A credential or token was refused. Only further refusals are answered otherwise then: what is right passes, whatever
   * came before it from the same address. A token that is used up has a count of its own, since a fleet may hold it.
   */
  async countFailure({ address, route, closedToken }: FailedTry): Promise<void> {
    const token = closedToken && createHash('sha256').update(closedToken).digest('base64url');
    await this.#failures.count([address, route, token ?? ''].join(' '));
  }
}
