import { InputError } from '@legend-fl/base';
import { WriteError } from '@legend-fl/base/node';
import { codeOf, isUnreachable } from './connection-fault.ts';

/** SQLSTATEs that a person can do something about. */
const faults: { readonly [code: string]: { readonly code: string; readonly todo: string } } = {
  '28P01': { code: 'store-login', todo: 'Correct user and password in the address.' },
  '28000': { code: 'store-login', todo: 'Correct the user in the address, or let them in (pg_hba.conf).' },
  '3D000': { code: 'store-no-database', todo: 'Create the database (createdb NAME), or correct its name.' },
  '42501': {
    code: 'store-no-right',
    todo: 'Make the user the owner of the database, or grant them CREATE on it.',
  },
};

const DISK_FULL = '53100';

/** The same error as one for people, where there is something that they can do. */
export function explainPostgresFault(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || error instanceof InputError) return error;
  const code = codeOf(error);
  if (code === DISK_FULL) return new WriteError(name, Object.assign(error, { code: 'ENOSPC' }));
  const fault =
    faults[code ?? ''] ??
    // The server asks for a password and there is none.
    (error.message.startsWith('SASL') ? faults['28P01'] : undefined) ??
    (isUnreachable(error) ? unreachable : undefined);
  if (fault === undefined) return error;
  return new InputError({
    ...fault,
    expected: 'a PostgreSQL database that can be read and written',
    got: `"${error.message || code}"`,
    where: name,
    cause: error,
  });
}

const unreachable = {
  code: 'store-unreachable',
  todo: 'See that the server runs and that host and port are right, then try again.',
};
