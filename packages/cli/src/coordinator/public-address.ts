import { networkInterfaces } from 'node:os';

/**
 * The address to give to people. For a server that listens on all addresses it is the first one that other machines can
 * reach.
 * @param publicUrl its configured address, e.g. that of a reverse proxy in front of it
 */
export function publicAddress(url: string, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '');
  const address = new URL(url);
  if (address.hostname !== '0.0.0.0' && address.hostname !== '[::]') return url;
  const reachable = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  address.hostname = reachable?.address ?? 'localhost';
  return address.origin;
}
