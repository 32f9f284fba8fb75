import { InputError, sleep } from '@legend-fl/base';
import { PROTOCOL_VERSION, secureRandom } from '@legend-fl/protocol';
import type { TextExample } from '@legend-fl/trainer';
import { nodeRuntime } from '@legend-fl/trainer/node';
import { ConnectionError } from '../client/connection-error.ts';
import { type CoordinatorClient, connect } from '../client/coordinator-client.ts';
import { ProtocolError } from '../client/protocol-error.ts';
import type { DeviceEvent } from '../device-event.ts';
import { engineTrainer } from '../engine-trainer.ts';
import { openGate } from '../pause-gate.ts';
import { type DeviceOutcome, runDevice } from '../run-device.ts';
import { checkUrl } from './check-url.ts';
import { type DeviceFolder, openDeviceFolder } from './device-folder.ts';
import { baseModelsFolder, folderBlobCache } from './folder-blob-cache.ts';
import { IdleWatch } from './idle-watch.ts';
import { memoryBudget, readMemory } from './memory-budget.ts';

export interface JoinOptions {
  readonly url: string;
  readonly allowPlainHttp: boolean;
  /** Needed once. */
  readonly token: string | undefined;
  /** Of the device, for people. */
  readonly name: string;
  /** See `DeviceOptions`. */
  readonly data: (classes: readonly string[]) => Promise<readonly TextExample[]>;
  /** Default: share of `runDevice`. */
  readonly holdOutShare?: number | undefined;
  /** Default: most of what is free. */
  readonly memoryBytes?: number | undefined;
  readonly threads: number;
  /** Rests while other programs need the machine. */
  readonly onlyWhenIdle: boolean;
  /** For key and state; default: see `devicesFolder`. */
  readonly stateFolder?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly onEvent: (event: DeviceEvent) => void;
  readonly signal: AbortSignal;
}

export interface JoinOutcome extends DeviceOutcome {
  readonly device: string;
  readonly run: string;
}

/** Memory for hidden states, at most and as a share of what training may take. */
const TRUNK_CACHE_BYTES = 256 * 2 ** 20;
const TRUNK_CACHE_SHARE = 1 / 8;

/**
 * Takes part in a run with this machine, until it is finished. Enrols where that has not happened yet.
 * @throws what `runDevice` does; InputError where address, token or folder are no use
 */
export async function joinRun(options: JoinOptions): Promise<JoinOutcome> {
  const { token, name, threads, memoryBytes = memoryBudget(readMemory()), env, onEvent, signal } = options;
  const url = checkUrl(options.url, options);
  const folder = await openDeviceFolder({ url, token, folder: options.stateFolder, env });
  try {
    const about = `cpu, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    const client = connect({
      url,
      key: folder.key,
      device: folder.enrolled?.device,
      fetch,
      now: Date.now,
      random: secureRandom,
      sleep,
    });
    const enrolled = folder.enrolled ?? (await enrol(client, folder, { token, name, about }, options));
    const outcome = await runDevice({
      client,
      trainer: engineTrainer({
        runtime: nodeRuntime({ threads }),
        about,
        trunkCacheBytes: Math.min(TRUNK_CACHE_BYTES, TRUNK_CACHE_SHARE * memoryBytes),
      }),
      data: options.data,
      blobs: folderBlobCache(baseModelsFolder(env), folder.owner),
      state: folder.state,
      gate: options.onlyWhenIdle ? new IdleWatch({ sleep }) : openGate,
      settings: {
        run: enrolled.run,
        memoryBytes,
        // Whoever enrols just now has told it.
        ...(folder.enrolled !== null && { name }),
        ...(options.holdOutShare !== undefined && { holdOutShare: options.holdOutShare }),
      },
      sleep,
      onEvent,
      signal,
    });
    return { ...outcome, ...enrolled };
  } finally {
    folder.release();
  }
}

async function enrol(
  client: CoordinatorClient,
  folder: DeviceFolder,
  { token = '', name, about }: { token: string | undefined; name: string; about: string },
  { onEvent, signal }: Pick<JoinOptions, 'onEvent' | 'signal'>,
) {
  const stopWatching = client.watch((status) => {
    if (status.type === 'restored') onEvent({ type: 'reconnected' });
    else onEvent({ type: 'reconnecting', reason: status.error.message, seconds: status.seconds });
  });
  try {
    await checkCoordinator(client, signal);
    const enrolled = await client.enrol({ token, name, runtime: { kind: 'node', about } }, { signal });
    await folder.enrol(enrolled);
    return enrolled;
  } catch (error) {
    // Of a later version there may be further reasons to turn a token down.
    if (!(error instanceof ProtocolError) || !error.problem.code.startsWith('token-')) throw error;
    throw new InputError({
      code: error.problem.code,
      expected: 'a join token that lets this device in',
      got: error.message,
      where: client.url,
      todo: 'Ask whoever runs the coordinator for another one.',
      cause: error,
    });
  } finally {
    stopWatching();
  }
}

/** Throws InputError where something else answers, its certificate is not trusted, or none of its versions is ours. */
async function checkCoordinator(client: CoordinatorClient, signal: AbortSignal): Promise<void> {
  const expected = `a coordinator that speaks version ${PROTOCOL_VERSION} of the protocol`;
  const shared = { code: 'coordinator-unknown', expected, where: client.url };
  const todo = 'Check the address, and that both sides run the same release.';
  try {
    const { versions } = await askStatus(client, signal);
    if (versions.includes(PROTOCOL_VERSION)) return;
    throw new InputError({ ...shared, got: `versions ${versions.join(', ')}`, todo });
  } catch (cause) {
    if (!(cause instanceof ConnectionError)) throw cause;
    throw new InputError({ ...shared, got: cause.message, todo, cause });
  }
}

/** One that is not there yet is waited for; a certificate does not mend itself. */
async function askStatus(client: CoordinatorClient, signal: AbortSignal) {
  try {
    return await client.status({ signal, retry: false });
  } catch (cause) {
    const { code } = Object(Object(Object(cause).cause).cause) as { code?: unknown };
    if (typeof code === 'string' && /CERT|SSL|TLS|LEAF_SIGNATURE/.test(code)) {
      throw new InputError({
        code: 'certificate-untrusted',
        expected: 'a coordinator whose certificate this machine trusts',
        got: `${(cause as Error).message} (${code})`,
        where: client.url,
        todo: 'Name the certificate of the authority that signed it with --ca-cert.',
        cause,
      });
    }
    const isKnown = cause instanceof ConnectionError || cause instanceof ProtocolError;
    if (!isKnown || !cause.passes) throw cause;
    return client.status({ signal });
  }
}
