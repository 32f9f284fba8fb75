import { ProtocolError } from '@legend-fl/device';
import { expect, test } from 'vitest';
import { describeFailure } from './describe-failure.ts';

const refusal = (code: string) =>
  ProtocolError.read({ code, message: 'No.', serverTime: 0 }, { status: 403 });

test.each([
  ['token-held', 'No. Ask whoever runs the coordinator for another link.'],
  ['device-revoked', 'No. This browser can join again with another link.'],
  ['of-a-later-version', 'No.'],
])('a refusal (%s) says what to do, where that is known', (code, text) => {
  expect(describeFailure(refusal(code))).toBe(text);
});
