import type { RandomBytes } from '@legend-fl/protocol';

/** Milliseconds before the first repetition; doubled for each one after. */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** A coordinator that asks for more patience is asked again all the same, or a wrong answer would end a device. */
const LONGEST_RETRY_AFTER_MS = 300_000;
/** Devices that were sent away together come back over so long a time. */
const SPREAD_MS = 5_000;

/**
 * Milliseconds to wait before a request is repeated: between half and all of a delay that doubles with each repetition,
 * or a little longer than the coordinator asked for.
 * @param repetition 0 for the first
 */
export function backOffMs(
  repetition: number,
  retryAfterSeconds: number | undefined,
  random: RandomBytes,
): number {
  if (retryAfterSeconds !== undefined) {
    return Math.min(1000 * retryAfterSeconds, LONGEST_RETRY_AFTER_MS) + SPREAD_MS * uniform(random);
  }
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(repetition, 10));
  return (delay / 2) * (1 + uniform(random));
}

/** Seconds of a Retry-After header: a number of them, or a date. */
export function readRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - nowMs) / 1000);
}

/** Uniform in [0, 1). */
function uniform(random: RandomBytes): number {
  return new DataView(random(4).buffer).getUint32(0) / 2 ** 32;
}
