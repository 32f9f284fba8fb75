import { join } from 'node:path';
import { InputError } from '@legend/base';
import { joinInvitation, type RunView, secureRandom } from '@legend/federation';
import {
  type Coordinator,
  checkTransport,
  createOperatorToken,
  type HttpServer,
  loadCertificate,
  lockFolder,
  makeLogger,
  openCoordinator,
  openStore,
  STORE_FILE,
  startHttpServer,
  type TlsCertificate,
} from '@legend/federation/node';
import { bundlePages } from '@legend/web/node';
import { onInterrupt } from '../interruption.ts';
import { addressToTell } from './address-to-tell.ts';
import { ensureRun } from './ensure-run.ts';
import { modelSources } from './model-sources.ts';
import { readRunSettings } from './run-file.ts';

export interface ServeOptions {
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  readonly publicUrl?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowPlainHttp?: boolean;
  readonly trustedProxy?: boolean;
  readonly database?: string;
  readonly logLevel: string;
  readonly model?: string;
  readonly data?: string;
  readonly strategy?: string;
  readonly rounds?: number;
  readonly minimumDevices?: number;
  readonly targetAccuracy?: number;
  readonly json?: boolean;
}

/** Coordinates a run until the person ends it; then throws the interruption. Throws InputError. */
export async function serveRun(file: string | undefined, options: ServeOptions): Promise<void> {
  const { dir, host, port, allowPlainHttp, trustedProxy } = options;
  const tls = await certificateOf(options);
  checkTransport({ host, tls, allowPlainHttp });
  const { model, data, strategy, rounds, minimumDevices, targetAccuracy } = options;
  const overrides = { model, data, strategy, rounds, minimumDevices, targetAccuracy };
  const settings = await readRunSettings(file, overrides);
  const logger = makeLogger({ level: options.logLevel });
  const { signal, dispose } = onInterrupt(
    'stopped; everything is stored, and the same command goes on with it',
  );
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(dispose);
  const lock = await lockFolder(dir);
  cleanup.defer(() => lock.release());
  const store = await openStore(options.database ?? join(dir, STORE_FILE));
  cleanup.defer(() => store.close());
  const stored = await store.runs.list();
  const coordinator = await openCoordinator({
    dir,
    store,
    now: Date.now,
    log: ({ level, text, run, device }) =>
      logger[level === 'warning' ? 'warn' : level]({ run, device }, text),
    ...modelSources,
  });
  cleanup.defer(() => coordinator.stop());
  const run = await ensureRun(coordinator, { settings, stored, where: dir });
  const server = await startHttpServer({
    coordinator,
    secrets: store.secrets,
    pages: await bundlePages(),
    pageFolder: join(dir, 'pages'),
    host,
    port,
    tls,
    allowPlainHttp,
    trustedProxy,
    logger,
  });
  cleanup.defer(() => server.close());
  // Told once; so only when nothing can go wrong any more before they are.
  const operatorToken = await createOperatorToken(store.secrets, secureRandom);
  const joinToken = run === null ? null : await firstJoinToken(coordinator, run);
  show({ server, run, operatorToken, joinToken }, options);
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  await cleanup.disposeAsync();
  throw signal.reason;
}

/** A join token for any number of devices, for a run that has none yet; null for others, whose tokens nobody knows. */
async function firstJoinToken(
  { forOperators }: Coordinator,
  { id, status }: RunView,
): Promise<string | null> {
  if (status === 'finished' || status === 'failed') return null;
  const tokens = await forOperators.listTokens();
  if (tokens.some(({ run }) => run === id)) return null;
  const week = 7 * 24 * 3600;
  const created = await forOperators.createToken({ run: id, label: 'first', uses: null, seconds: week });
  return created.token;
}

interface Started {
  readonly server: HttpServer;
  readonly run: RunView | null;
  readonly operatorToken: string | null;
  readonly joinToken: string | null;
}

/** What a person needs, on stdout; everything that happens later is logged to stderr. */
function show(
  { server, run, operatorToken, joinToken }: Started,
  { dir, publicUrl, json }: ServeOptions,
): void {
  const url = addressToTell(server.url, publicUrl);
  const page = operatorToken === null ? `${url}/` : `${url}/#operator=${operatorToken}`;
  const invitation = joinToken === null ? null : joinInvitation(url, joinToken);
  if (json) {
    const document = {
      url,
      dir,
      run: run?.id ?? null,
      operatorToken,
      livePage: page,
      joinToken,
      joinCommand: invitation?.command ?? null,
      joinLink: invitation?.link ?? null,
    };
    console.log(JSON.stringify(document, null, 2));
    return;
  }
  const runLine =
    run === null
      ? 'none yet: begin one on the live page'
      : `${run.id}: ${run.strategy}, ${run.rounds} rounds`;
  console.log(`coordinator  ${url}, folder ${dir}`);
  console.log(`run          ${runLine}`);
  console.log(`live page    ${page}`);
  if (operatorToken !== null)
    console.log(`             (told only now; legend token operator --dir ${dir} makes another)`);
  if (invitation !== null) {
    console.log(`join         ${invitation.command}`);
    console.log(`  in browser ${invitation.link}`);
    if (!invitation.linkIsSecure) console.log('             (browsers take part over https only)');
  } else if (run !== null) {
    console.log('join         as before; legend token create makes further tokens');
  }
  console.log('Ctrl-C stops it; the same command goes on.');
}

async function certificateOf({ tlsCert, tlsKey }: ServeOptions): Promise<TlsCertificate | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert !== undefined && tlsKey !== undefined) {
    return loadCertificate({ certFile: tlsCert, keyFile: tlsKey, now: Date.now() });
  }
  const [given, missing] = tlsCert === undefined ? ['--tls-key', '--tls-cert'] : ['--tls-cert', '--tls-key'];
  throw new InputError({
    code: 'certificate-incomplete',
    expected: 'a certificate and its key',
    got: `${given} alone`,
    where: given,
    todo: `Give ${missing} too.`,
  });
}
