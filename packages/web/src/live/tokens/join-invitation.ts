export interface JoinInvitation {
  /** For a machine. */
  readonly command: string;
  /** For a browser; the token stands behind a #, which browsers send to nobody. */
  readonly link: string;
  /** Whether browsers elsewhere give a page from this address what a device needs. */
  readonly linkIsSecure: boolean;
}

/** How a machine and a browser join with a token, given the address that the coordinator is known by. */
export function joinInvitation(origin: string, token: string): JoinInvitation {
  const { protocol, hostname } = new URL(origin);
  const isSecure = protocol === 'https:' || /^(localhost|127\..*|\[::1\])$/.test(hostname);
  return {
    command: `npx legend join ${origin} --token ${token} --data FILE${isSecure ? '' : ' --allow-plain-http'}`,
    link: `${origin}/join#token=${token}`,
    linkIsSecure: isSecure,
  };
}
