import { InputError } from '@legend-fl/base';

/** A message that was received and cannot be used. */
export function invalidMessage(
  where: string,
  code: string,
  expected: string,
  got: string,
  cause?: unknown,
): InputError {
  return new InputError({
    code: `wire-${code}`,
    expected,
    got,
    where,
    todo: 'Leave this message out and have it sent again; both sides must run the same version of Legend.',
    cause,
  });
}
