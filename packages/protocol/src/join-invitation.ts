import { isLoopback } from './loopback.ts';

export interface JoinInvitation {
  /** For a shell; the token stands in the environment, since every user of a machine can read its command lines. */
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
  return {
    command: `LEGEND_TOKEN=${token} ${joinCommandLine(address)}`,
    link: `${address}/join#token=${token}`,
    linkIsSecure: isSecure(address),
  };
}

/**
 * The command line of a machine that joins.
 * @param tokenOption where its token is, e.g. `--token-file FILE`
 */
export function joinCommandLine(address: string, tokenOption = ''): string {
  const options = [tokenOption, '--data FILE', isSecure(address) ? '' : '--allow-plain-http'];
  return ['npx legend-fl join', address, ...options.filter((option) => option !== '')].join(' ');
}

function isSecure(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol !== 'http:' || isLoopback(url.hostname);
}
