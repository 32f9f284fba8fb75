import { join } from 'node:path';
import { InputError } from '@legend-fl/base';
import {
  checkTransport,
  createOperatorToken,
  keepFolderPrivate,
  type Logger,
  loadCertificate,
  lockFolder,
  makeLogger,
  openCoordinator,
  openStore,
  STORE_FILE,
  startHttpServer,
  type TlsCertificate,
} from '@legend-fl/coordinator';
import { secureRandom } from '@legend-fl/protocol';
import { bundlePages } from '@legend-fl/web/node';
import { onInterrupt } from '../interruption.ts';
import { CleanupStack } from './cleanup-stack.ts';
import { ensureRun } from './ensure-run.ts';
import { firstJoinToken } from './first-join-token.ts';
import { modelSources } from './model-sources.ts';
import { printStart } from './print-start.ts';
import { publicAddress } from './public-address.ts';
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
  readonly minimumCohort?: number;
  readonly joinUses: number | 'any';
  readonly targetAccuracy?: number;
  readonly json?: boolean;
}

/**
 * Coordinates a run until the user ends it.
 * @throws Interruption when the user does, InputError for bad input
 */
export async function serveRun(file: string | undefined, options: ServeOptions): Promise<void> {
  const { dir, host, port, publicUrl, allowPlainHttp, trustedProxy, json = false } = options;
  const isTerminal = process.stdout.isTTY === true;
  const tls = await certificateOf(options);
  checkTransport({ host, tls, allowPlainHttp });
  const { model, data, strategy, rounds, minimumDevices, minimumCohort, targetAccuracy } = options;
  const overrides = { model, data, strategy, rounds, minimumDevices, minimumCohort, targetAccuracy };
  const settings = await readRunSettings(file, overrides);
  const logger = makeLogger({ level: options.logLevel });
  const { signal, dispose } = onInterrupt('stopped; everything is stored, and the same command resumes');
  await using cleanup = new CleanupStack();
  cleanup.defer(dispose);
  const lock = await lockFolder(dir);
  cleanup.defer(() => lock.release());
  await keepPrivate(dir, logger);
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
  // Tokens are shown only once, so they are made when nothing can fail any more before they are printed.
  const tokens = {
    operator: await createOperatorToken(store.secrets, secureRandom),
    join: run === null ? null : await firstJoinToken(coordinator, run, options.joinUses),
  };
  await printStart({ url: publicAddress(server.url, publicUrl), dir, run, tokens }, { json, isTerminal });
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  await cleanup.disposeAsync();
  throw signal.reason;
}

/** Closes the folder to other users of this machine, or warns that they can read it. */
async function keepPrivate(dir: string, logger: Logger): Promise<void> {
  const privacy = await keepFolderPrivate(dir);
  if (privacy.status === 'tightened') {
    logger.warn({ dir }, 'other users of this machine could read the folder; its mode is now 0700');
  } else if (privacy.status === 'open') {
    const { reason } = privacy;
    logger.warn({ dir, reason }, 'other users of this machine can read the folder; use a private one');
  }
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
