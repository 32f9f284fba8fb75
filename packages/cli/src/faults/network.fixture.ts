import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What becomes of bytes on their way: passed on, kept until later, or lost. */
type Passage = 'open' | 'held' | 'lost';

/** One connection, with what is kept of it. */
interface Line {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly up: Buffer[];
  readonly down: Buffer[];
}

/** A network between devices and a coordinator that can be cut, can stall and lose answers, and keeps what was sent. */
export class Network {
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  readonly #target: () => string;
  readonly #watches: { readonly text: string; readonly act: () => void }[] = [];
  #up: Passage = 'open';
  #down: Passage = 'open';
  #isCut = false;
  /** Bytes that still go up before the line stalls. */
  #upLimit = Number.POSITIVE_INFINITY;
  readonly #sent: Buffer[] = [];
  #tail = '';

  /** @param target address that connections go on to, asked for each one */
  constructor(target: () => string) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: false }, (client) => this.#accept(client));
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** All that devices have sent so far. */
  get sent(): Buffer {
    return Buffer.concat(this.#sent);
  }

  /** Resolves when a device begins to send this text, before it is passed on; meanwhile `act` may hold it back. */
  seen(text: string, act: () => void = () => {}): Promise<void> {
    return new Promise((resolve) => {
      this.#watches.push({
        text,
        act: () => {
          act();
          resolve();
        },
      });
    });
  }

  /** The same for what a device sends after it has sent something else, however soon. */
  seenAfter(earlier: string, text: string, act?: () => void): Promise<void> {
    return new Promise((resolve) => {
      void this.seen(earlier, () => void this.seen(text, act).then(resolve));
    });
  }

  /** Nothing passes, and connections stay: a network that has fallen silent. */
  hold(): void {
    this.#up = 'held';
    this.#down = 'held';
  }

  /** After so many further bytes up, nothing passes upwards. */
  stallAfter(bytes: number): void {
    this.#upLimit = bytes;
  }

  /** Requests get through, answers do not. */
  loseAnswers(): void {
    this.#down = 'lost';
  }

  /** Every connection breaks, and no new one comes about. */
  cut(): void {
    this.#isCut = true;
    for (const { client, upstream } of this.#lines) {
      client.destroy();
      upstream.destroy();
    }
  }

  /** All is well again; what was kept is passed on. */
  mend(): void {
    this.#isCut = false;
    this.#up = 'open';
    this.#down = 'open';
    this.#upLimit = Number.POSITIVE_INFINITY;
    for (const { client, upstream, up, down } of this.#lines) {
      for (const chunk of up.splice(0)) upstream.write(chunk);
      for (const chunk of down.splice(0)) client.write(chunk);
    }
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    if (this.#isCut) {
      client.destroy();
      return;
    }
    const { hostname, port } = new URL(this.#target());
    const upstream = connect(Number(port), hostname);
    const line: Line = { client, upstream, up: [], down: [] };
    this.#lines.add(line);
    const end = () => {
      client.destroy();
      upstream.destroy();
      this.#lines.delete(line);
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.on('data', (chunk) => this.#passUp(line, chunk));
    upstream.on('data', (chunk) => {
      if (this.#down === 'open') client.write(chunk);
      else if (this.#down === 'held') line.down.push(chunk);
    });
  }

  #passUp({ upstream, up }: Line, chunk: Buffer): void {
    this.#sent.push(chunk);
    this.#notice(chunk);
    if (this.#up === 'open' && chunk.length > this.#upLimit) {
      upstream.write(chunk.subarray(0, this.#upLimit));
      up.push(chunk.subarray(this.#upLimit));
      this.#up = 'held';
    } else if (this.#up === 'open') {
      this.#upLimit -= chunk.length;
      upstream.write(chunk);
    } else {
      up.push(chunk);
    }
  }

  /** A text may come in two chunks. */
  #notice(chunk: Buffer): void {
    const text = this.#tail + chunk.toString('latin1');
    this.#tail = text.slice(-100);
    for (const watch of [...this.#watches]) {
      if (!text.includes(watch.text)) continue;
      this.#watches.splice(this.#watches.indexOf(watch), 1);
      this.#tail = '';
      watch.act();
    }
  }
}
