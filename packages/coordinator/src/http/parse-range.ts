/** Bytes `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The bytes that a `Range` header asks for (RFC 9110, 14.2): `all` without one, and of one that asks for several ranges
 * or in another unit, which a server may ignore; `none` where the content has none of them.
 */
export function parseRange(header: string | undefined, bytes: number): ByteRange | 'all' | 'none' {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'all';
  if (first === '') {
    const count = Math.min(Number(last), bytes);
    return count === 0 ? 'none' : { start: bytes - count, end: bytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < start) return 'all';
  return start < bytes ? { start, end } : 'none';
}
