import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/**
 * The address that limits count by. Of IPv6 its first 64 bits, since a single customer gets all addresses below them.
 *
 * @param trustedProxy whether a reverse proxy stands before the server: then the address is the one that it appended
 *   to X-Forwarded-For, the last. Whatever stands before it, the client wrote itself.
 */
export function clientAddress(incoming: IncomingMessage, trustedProxy: boolean): string {
  const direct = incoming.socket.remoteAddress ?? 'unknown';
  const forwarded = trustedProxy ? lastOf(incoming.headers['x-forwarded-for']) : undefined;
  return shorten(forwarded ?? direct);
}

/** Whether the client came over TLS, to this server or to the proxy before it. */
export function isOverTls(incoming: IncomingMessage, trustedProxy: boolean): boolean {
  if ('encrypted' in incoming.socket && incoming.socket.encrypted === true) return true;
  return trustedProxy && lastOf(incoming.headers['x-forwarded-proto']) === 'https';
}

function lastOf(header: string | readonly string[] | undefined): string | undefined {
  const last = [header].flat().join(',').split(',').at(-1)?.trim();
  return last === '' ? undefined : last;
}

function shorten(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [left = '', right] = (address.split('%')[0] ?? '').split('::');
  const head = left.split(':').filter((group) => group !== '');
  const tail = right === undefined ? [] : right.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  const groups = [...head, ...zeros, ...tail].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
