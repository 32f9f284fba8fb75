/** How a machine and a browser join with a token, given the coordinator's own address. */
export function joinInvitation(origin: string, token: string): { command: string; link: string } {
  return {
    command: `npx legend join ${origin} --token ${token} --data FILE`,
    link: `${origin}/join#token=${token}`,
  };
}
