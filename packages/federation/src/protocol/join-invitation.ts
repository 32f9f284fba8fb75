import { isLoopback } from './loopback.ts';

export interface JoinInvitation {
  /** For a machine. */
  readonly command: string;
  /** For a browser; the token stands behind a #, which browsers send to nobody. */
  readonly link: string;
  /** Whether browsers give a page from this address what a device needs. */
  readonly linkIsSecure: boolean;
}

/**
 * How a machine and a browser join with a token.
 * @param address that the coordinator is known by, without a slash at its end; or a word that stands for it
 */
export function joinInvitation(address: string, token: string): JoinInvitation {
  const url = URL.parse(address);
  const isSecure = url?.protocol !== 'http:' || isLoopback(url.hostname);
  return {
    command: `npx legend join ${address} --token ${token} --data FILE${isSecure ? '' : ' --allow-plain-http'}`,
    link: `${address}/join#token=${token}`,
    linkIsSecure: isSecure,
  };
}
