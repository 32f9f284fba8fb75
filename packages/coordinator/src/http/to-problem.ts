import { InputError } from '@legend-fl/base';
import { WriteError } from '@legend-fl/base/node';
import { CredentialError, type Problem, type ProblemCode, problemStatus } from '@legend-fl/protocol';
import { Refusal } from '../refusals/refusal.ts';

/** What a client is told of an error, and under which status. What it cannot mend is told without particulars. */
export function toProblem(
  error: unknown,
  serverTime: number,
): { readonly status: number; readonly problem: Problem } {
  const { code, message, details } = describeError(error);
  return { status: problemStatus[code], problem: { code, message, serverTime, ...details } };
}

interface Described {
  readonly code: ProblemCode;
  readonly message: string;
  readonly details?: Refusal['details'];
}

function describeError(error: unknown): Described {
  if (error instanceof Refusal || error instanceof CredentialError) return error;
  if (error instanceof InputError) return { code: 'request-invalid', message: error.message };
  if (isDiskFull(error)) {
    return {
      code: 'disk-full',
      message: 'The coordinator expected room on its disk, and it is full. Try again when there is some.',
    };
  }
  return { code: 'failed', message: 'The coordinator failed; its log says why. Try again later.' };
}

function isDiskFull(error: unknown): boolean {
  if (error instanceof WriteError) return error.code === 'disk-full';
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
