import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client } from 'pg';

/** A PostgreSQL server of a test's own: in a temporary folder, on a Unix socket, gone when it is stopped. */
export interface PostgresCluster {
  /** Path of its socket. */
  readonly socket: string;
  /** @returns the address of a new database */
  createDatabase(): Promise<string>;
  /** The address of a database of this name. */
  addressOf(database: string, user?: string, password?: string): string;
  /** Runs statements in a database. */
  query(url: string, statement: string): Promise<readonly object[]>;
  /** Ends it like `pg_ctl stop`; `immediate` is a crash. */
  halt(mode: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

const USER = 'legend';
export const clusterPassword = 'S3cret/of#the?cluster';

/** Starts one, with the programs that Debian's package installs. It refuses to run as root, so root runs it as postgres. */
export async function startPostgres(): Promise<PostgresCluster> {
  const programs = findPrograms();
  const folder = await mkdtemp(join(tmpdir(), 'legend-pg-'));
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, clusterPassword);
  if (isRoot()) {
    const { uid, gid } = userIds('postgres');
    for (const path of [folder, passwordFile]) await chown(path, uid, gid);
  }
  await chmod(folder, 0o711);
  execFileSync(
    ...asUser(join(programs, 'initdb'), [
      ...['--pgdata', data, '--username', USER, '--auth', 'scram-sha-256', '--pwfile', passwordFile],
      ...['--encoding', 'UTF8', '--no-locale', '--no-sync'],
    ]),
    { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder },
  );

  let server: ChildProcess | undefined;
  const addressOf = (database: string, user = USER, password = clusterPassword) =>
    `postgres://${user}:${encodeURIComponent(password)}@${encodeURIComponent(folder)}/${database}`;

  const cluster: PostgresCluster = {
    socket: join(folder, '.s.PGSQL.5432'),
    addressOf,
    async createDatabase() {
      const name = `db_${randomUUID().replaceAll('-', '')}`;
      await cluster.query(addressOf('postgres'), `create database ${name}`);
      return addressOf(name);
    },
    async query(url, statement) {
      const client = new Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query<object>(statement)).rows;
      } finally {
        await client.end();
      }
    },
    async start() {
      server = spawn(
        ...asUser(join(programs, 'postgres'), [
          ...['-D', data, '-k', folder],
          // A test kills programs, not the machine: nothing needs to be flushed to be there afterwards.
          ...['-c', 'listen_addresses=', '-c', 'fsync=off'],
        ]),
        { stdio: 'ignore', cwd: folder },
      );
      while (!(await accepts(addressOf('postgres')))) {
        if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
        await setTimeout(50);
      }
    },
    async halt(mode) {
      if (server === undefined) return;
      const ended = once(server, 'exit');
      server.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      server = undefined;
      await ended;
    },
    async remove() {
      await cluster.halt('immediate');
      await rm(folder, { recursive: true });
    },
  };
  await cluster.start();
  return cluster;
}

/** The folder of the newest version's programs. */
function findPrograms(): string {
  const versionOf = (path: string) => Number(/\/(\d+)\/bin\//.exec(path)?.[1] ?? 0);
  const found = [
    ...globSync('/usr/lib/postgresql/*/bin/initdb').sort((one, other) => versionOf(other) - versionOf(one)),
    ...(process.env.PATH ?? '').split(':').flatMap((folder) => globSync(join(folder, 'initdb'))),
  ];
  if (found[0] === undefined) {
    throw new Error(
      'PostgreSQL is not installed: expected /usr/lib/postgresql/*/bin/initdb or initdb on the PATH.',
    );
  }
  return dirname(found[0]);
}

const isRoot = () => process.getuid?.() === 0;

function userIds(name: string): { uid: number; gid: number } {
  const id = (option: string) => Number(execFileSync('id', [option, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A command line that runs a program without root's rights, and ends it when this process ends, however it ends. */
function asUser(program: string, args: readonly string[]): [string, string[]] {
  if (process.platform !== 'linux') return [program, [...args]];
  const user = isRoot() ? ['--reuid=postgres', '--regid=postgres', '--init-groups'] : [];
  return ['setpriv', [...user, '--pdeathsig=QUIT', '--', program, ...args]];
}

async function accepts(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
