import { networkInterfaces } from 'node:os';

/**
 * The address to tell people: of a server that listens on all addresses, the first one that other machines can reach.
 * @param publicUrl what it is known by, e.g. where a reverse proxy stands before it
 */
export function addressToTell(url: string, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '');
  const address = new URL(url);
  if (address.hostname !== '0.0.0.0' && address.hostname !== '[::]') return url;
  const reachable = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  address.hostname = reachable?.address ?? 'localhost';
  return address.origin;
}
