import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type DeviceView,
  type LiveEvent,
  liveEventSchema,
  newTokenSchema,
  type ProblemCode,
  problemStatus,
  type RunView,
  signInSchema,
  type TokenView,
  VERSION_HEADER,
} from '@legend-fl/protocol';
import { bundleOnce } from './bundle-once.fixture.ts';
import { depthOf, type SampleRun } from './sample-run.fixture.ts';

/**
 * A server that gives out the pages and answers the operator's requests as the protocol has them, about a sample run.
 * It can go away and come back at the same address.
 */
export interface SampleCoordinator {
  readonly origin: string;
  readonly token: string;
  /** Every request so far, as `POST /v1/…`. */
  readonly requests: string[];
  /** What came with createRun, createToken. */
  readonly bodies: unknown[];
  /** To everybody who follows. */
  tell(event: LiveEvent): void;
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

const TOKEN = `lo_${'x'.repeat(43)}`;

export async function startSampleCoordinator(sample: SampleRun): Promise<SampleCoordinator> {
  const pages = await bundleOnce();
  const followers = new Set<ServerResponse>();
  const requests: string[] = [];
  const bodies: unknown[] = [];
  const tokens: TokenView[] = [];
  const runs = new Map<string, RunView>([[sample.run.id, sample.run]]);
  let server: Server | undefined;
  let port = 0;

  const tell = (event: LiveEvent) => {
    for (const follower of followers) write(follower, event);
  };

  function changeDevice(response: ServerResponse, id: string | undefined, change: Partial<DeviceView>): void {
    const position = sample.devices.findIndex((one) => one.id === id);
    const [device] = sample.devices.slice(position);
    if (position < 0 || device === undefined) {
      refuse(response, 'not-found', 'There is no such device.');
      return;
    }
    const changed = { ...device, ...change };
    sample.devices[position] = changed;
    tell({ type: 'devices', devices: [changed] });
    json(response, 200, {});
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const asked = `${request.method} ${pathname}`;
    requests.push(asked);
    const page = pages.get(pathname);
    if (page !== undefined) {
      response.writeHead(200, { 'content-type': page.type, ...page.headers });
      response.end(page.bytes ?? readFileSync(page.path));
      return;
    }
    const body = await readBody(request);
    const [, collection, id, part] = /^\/v1\/operator\/(\w+)(?:\/([^/]+))?(?:\/(.+))?$/.exec(pathname) ?? [];
    if (request.method !== 'GET' && request.headers[VERSION_HEADER.toLowerCase()] !== '1') {
      return refuse(response, 'protocol-unsupported', 'Expected the header Legend-Protocol: 1.');
    }
    if (asked === 'GET /v1') {
      return json(response, 200, { name: 'legend', versions: [1], serverTime: Date.now() });
    }
    if (asked === 'POST /v1/operator/sessions') {
      if (signInSchema.parse(body).token !== TOKEN) {
        return refuse(
          response,
          'token-invalid',
          'This is not the operator’s token. Look for one that begins with lo_.',
        );
      }
      response.setHeader('set-cookie', 'session=1; HttpOnly; SameSite=Strict; Path=/');
      return json(response, 201, {});
    }
    if (!/session=1/.test(request.headers.cookie ?? '')) {
      return refuse(response, 'operator-only', 'Sign in first.');
    }
    switch (
      `${request.method} ${collection}${id === undefined ? '' : '/…'}${part === undefined ? '' : `/${part}`}`
    ) {
      case 'DELETE sessions':
        response.setHeader('set-cookie', 'session=; Path=/; Max-Age=0');
        return json(response, 200, {});
      case 'GET events':
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
        followers.add(response);
        response.on('close', () => followers.delete(response));
        write(response, { type: 'runs', runs: [...runs.values()] });
        write(response, { type: 'devices', devices: sample.devices });
        write(response, { type: 'rounds', rounds: sample.rounds });
        write(response, { type: 'log', entries: sample.log });
        return;
      case 'GET runs':
        return json(response, 200, [...runs.values()]);
      case 'POST runs': {
        bodies.push(body);
        if ((body as { rounds?: unknown }).rounds === 13) {
          return refuse(
            response,
            'request-invalid',
            'rounds: expected another number than 13, got 13. Correct it.',
          );
        }
        const run = { ...sample.run, id: 'run-2', name: 'Second', status: 'waiting', round: 0 } as const;
        runs.set(run.id, run);
        tell({ type: 'runs', runs: [run] });
        return json(response, 201, run);
      }
      case 'POST runs/…/stop': {
        const run = { ...sample.run, status: 'finished', about: 'Stopped by an operator.' } as const;
        runs.set(run.id, run);
        tell({ type: 'runs', runs: [run] });
        return json(response, 200, run);
      }
      case 'GET runs/…/rounds.jsonl':
        response.writeHead(200, { 'content-type': 'application/jsonl' });
        response.end(
          sample.rounds.map((round) => `${JSON.stringify(recordOf(sample, round.round))}\n`).join(''),
        );
        return;
      case 'GET runs/…/adapter/adapter_config.json':
        return json(response, 200, { r: 8 });
      case 'GET runs/…/adapter/adapter_model.safetensors':
        response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('tensors');
        return;
      case 'GET runs/…/report':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Report</title>');
        return;
      case 'GET tokens':
        return json(response, 200, tokens);
      case 'POST tokens': {
        bodies.push(body);
        const { run, label, uses, seconds } = newTokenSchema.parse(body);
        const token: TokenView = {
          id: `token-${tokens.length + 1}`,
          run,
          label,
          usesLeft: uses,
          expiresAt: seconds === null ? null : Date.now() + seconds * 1000,
          revoked: false,
          devices: 0,
        };
        tokens.push(token);
        return json(response, 201, { ...token, token: `lj_${'y'.repeat(32)}` });
      }
      case 'DELETE tokens/…': {
        const position = tokens.findIndex((token) => token.id === id);
        const [token] = tokens.slice(position);
        if (token !== undefined) tokens[position] = { ...token, revoked: true };
        return json(response, 200, {});
      }
      case 'DELETE devices/…':
        return changeDevice(response, id, { status: 'revoked', note: '' });
      case 'POST devices/…/quarantine':
        return changeDevice(response, id, { status: 'quarantined', note: 'Quarantined by an operator.' });
      case 'DELETE devices/…/quarantine':
        return changeDevice(response, id, { status: 'idle', note: '' });
      default:
        return refuse(response, 'not-found', `There is no ${asked}.`);
    }
  }

  const listen = () =>
    new Promise<void>((done) => {
      server = createServer((request, response) => {
        answer(request, response).catch((error: unknown) => refuse(response, 'failed', String(error)));
      }).listen(port, '127.0.0.1', () => {
        const address = server?.address() as AddressInfo;
        port = address.port;
        done();
      });
    });
  await listen();
  return {
    origin: `http://127.0.0.1:${port}`,
    token: TOKEN,
    requests,
    bodies,
    tell,
    goAway: () =>
      new Promise((done) => {
        server?.close(() => done());
        server?.closeAllConnections();
      }),
    comeBack: listen,
  };
}

function write(response: ServerResponse, event: LiveEvent): void {
  const { type } = liveEventSchema.parse(event);
  response.write(`event: ${type}\ndata: ${JSON.stringify(event)}\n\n`);
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function refuse(response: ServerResponse, code: ProblemCode, message: string): void {
  json(response, problemStatus[code], { code, message, serverTime: Date.now() });
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
}

/** What a device did in a round, as far as the page reads a line of rounds.jsonl. */
function recordOf({ devices, run }: SampleRun, round: number) {
  return {
    round,
    devices: devices.map(({ id }, index) => ({ id, depth: depthOf(index, round, run.blocks) })),
  };
}
