import { InputError } from '@legend-fl/base';
import type { ClientBase } from 'pg';

/** The advisory lock of a database that whoever writes to the store holds: the letters "LEGEND". */
const LOCK = 0x4c4547454e44;

/** Seconds of silence, seconds between probes, and probes, after which the server gives a vanished coordinator up. */
const keepalive = { idle: 10, interval: 5, count: 3 };

/**
 * Prepares a new connection and takes the store for it. The server lets go of it when the connection ends.
 * @param session names this process's connections: one of before that has not ended yet is ended
 * @throws InputError `store-in-use` where somebody else has it
 */
export async function takeStore(
  client: ClientBase,
  { session, name }: { readonly session: string; readonly name: string },
): Promise<void> {
  await client.query(
    `select set_config('application_name', $1, false),
       set_config('tcp_keepalives_idle', $2, false),
       set_config('tcp_keepalives_interval', $3, false),
       set_config('tcp_keepalives_count', $4, false)`,
    [session, keepalive.idle, keepalive.interval, keepalive.count].map(String),
  );
  // A server may be told not to flush at a commit.
  await client.query(
    `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
  );
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()`,
    [session],
  );
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1::bigint) as held', [
    LOCK,
  ]);
  if (rows[0]?.held === true) return;
  throw new InputError({
    code: 'store-in-use',
    expected: 'that no other coordinator uses it',
    got: `one that does: ${await findHolder(client)}`,
    where: name,
    todo: 'Stop the other one, or name another database.',
  });
}

async function findHolder(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 1
       and database = (select oid from pg_database where datname = current_database())
       and (classid::bigint << 32) + objid::bigint = $1::bigint`,
    [LOCK],
  );
  return rows[0] === undefined ? 'it is just ending' : `the server's process ${rows[0].pid}`;
}
