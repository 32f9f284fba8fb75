import { expect, test } from 'vitest';
import { joinCommandLine, joinInvitation } from './join-invitation.ts';

test.each([
  'ADDRESS',
  'https://lab.example',
  'http://localhost:8765',
  'http://127.0.0.1:8765',
  'http://[::1]:8765',
])('%s is safe to join as it is', (origin) => {
  expect(joinInvitation(origin, 'lj_x')).toEqual({
    command: `LEGEND_TOKEN=lj_x npx legend-fl join ${origin} --data FILE`,
    link: `${origin}/join#token=lj_x`,
    linkIsSecure: true,
  });
});

test.each(['http://192.168.1.7:8765', 'http://localhost.example'])(
  '%s has to be permitted, and browsers do not take part',
  (origin) => {
    const { command, linkIsSecure } = joinInvitation(origin, 'lj_x');
    expect(command).toContain(' --allow-plain-http');
    expect(linkIsSecure).toBe(false);
  },
);

test('a token may be in a file', () => {
  expect(joinCommandLine('http://10.0.0.1:8765', '--token-file FILE')).toBe(
    'npx legend-fl join http://10.0.0.1:8765 --token-file FILE --data FILE --allow-plain-http',
  );
});
