import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * At a commit, the connection is cut before the server gets it or after it has carried it out, or falls silent: the
 * server has carried it out, and neither side hears of the other again.
 */
export type Disturbance = 'cut-before' | 'cut-after' | 'silence';

/** Passes PostgreSQL connections on and disturbs them at the worst moment. */
export interface CuttingProxy {
  readonly port: number;
  /** Once. */
  disturbNextCommit(how: Disturbance): void;
  /** Disturbances so far. */
  readonly disturbances: number;
  close(): Promise<void>;
}

const COMMIT_QUERY = 'commit\0';
const COMMIT_COMPLETE = 'COMMIT\0';

/** @param server path of the server's socket */
export async function startCuttingProxy(server: string): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let next: Disturbance | undefined;
  let disturbances = 0;
  const proxy = createServer((client) => {
    const upstream = connect(server);
    let silent = false;
    const cut = () => {
      client.destroy();
      if (!silent) upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', cut);
    }
    /** Whether the data is not to be passed on. */
    const disturb = (data: Buffer, text: string, ...hows: readonly Disturbance[]): boolean => {
      if (silent) return true;
      if (next === undefined || !hows.includes(next) || !data.includes(text)) return false;
      silent = next === 'silence';
      next = undefined;
      disturbances++;
      if (!silent) cut();
      return true;
    };
    client.on('data', (data) => disturb(data, COMMIT_QUERY, 'cut-before') || upstream.write(data));
    upstream.on(
      'data',
      (data) => disturb(data, COMMIT_COMPLETE, 'cut-after', 'silence') || client.write(data),
    );
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('A proxy without a port.');
  return {
    port: address.port,
    disturbNextCommit(how) {
      next = how;
    },
    get disturbances() {
      return disturbances;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
