import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Passes a PostgreSQL connection on and cuts it at the worst moment. */
export interface CuttingProxy {
  readonly port: number;
  /** Cuts the connection at the next commit: before the server gets it, or after it has carried it out. */
  cutNextCommit(when: 'before' | 'after'): void;
  /** Connections that it has cut. */
  readonly cuts: number;
  close(): Promise<void>;
}

const COMMIT_QUERY = 'commit\0';
const COMMIT_COMPLETE = 'COMMIT\0';

/** @param server path of the server's socket */
export async function startCuttingProxy(server: string): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let cutting: 'before' | 'after' | undefined;
  let cuts = 0;
  const proxy = createServer((client) => {
    const upstream = connect(server);
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', cut);
    }
    const cutAt = (when: 'before' | 'after', data: Buffer, text: string): boolean => {
      if (cutting !== when || !data.includes(text)) return false;
      cutting = undefined;
      cuts++;
      cut();
      return true;
    };
    client.on('data', (data) => cutAt('before', data, COMMIT_QUERY) || upstream.write(data));
    upstream.on('data', (data) => cutAt('after', data, COMMIT_COMPLETE) || client.write(data));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('A proxy without a port.');
  return {
    port: address.port,
    cutNextCommit(when) {
      cutting = when;
    },
    get cuts() {
      return cuts;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
