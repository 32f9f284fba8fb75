import { sleep } from '@legend-fl/base';
import { readLabelledTexts } from '@legend-fl/data';
import {
  type CoordinatorClient,
  connect,
  type DeviceOutcome,
  engineTrainer,
  numberLabels,
  type PauseGate,
  ProtocolError,
  runDevice,
} from '@legend-fl/device';
import { DeviceDatabase, holdDevice, type KeptSession, openFileCache, openKey } from '@legend-fl/device/web';
import { hashToken, secureRandom } from '@legend-fl/protocol';
import type { TextExample } from '@legend-fl/trainer';
import type { DeviceChoice } from '../device-choice.ts';
import type { Order, Told } from './messages.ts';
import { openWebRuntime } from './open-web-runtime.ts';

interface Surroundings {
  readonly gate: PauseGate;
  /** Its abortion makes the device leave. */
  readonly signal: AbortSignal;
  readonly progress: { enrolled: boolean };
  tell(told: Told): void;
}

/** Memory for hidden states of runs that keep them, at most and as a share of what training may take. */
const TRUNK_CACHE_BYTES = 256 * 2 ** 20;
const TRUNK_CACHE_SHARE = 1 / 8;

/** Refusals after which this device is of no use any more. */
const endingRefusals = new Set<string>([
  'device-unknown',
  'device-revoked',
  'run-unknown',
] satisfies ProtocolError['code'][]);

/**
 * Takes part in a run until it is finished: with a token as a new device, without one as the device that this browser
 * remembers. Throws what `runDevice` does.
 */
export function takePart(
  order: Extract<Order, { type: 'join' }>,
  surroundings: Surroundings,
): Promise<DeviceOutcome> {
  return holdDevice(async () => {
    const { choice, runtimeUrl, token } = order;
    const { gate, signal, tell } = surroundings;
    const database = await DeviceDatabase.open<DeviceChoice>();
    const { runtime, about } = await openWebRuntime(choice.runtime, runtimeUrl);
    tell({ type: 'runtime', about });
    const { client, session } = await enrol(database, order, about, surroundings);
    const end = async () => database.forgetSession();
    try {
      const outcome = await runDevice({
        client,
        trainer: engineTrainer({
          runtime,
          about,
          trunkCacheBytes: Math.min(TRUNK_CACHE_BYTES, TRUNK_CACHE_SHARE * choice.memoryBytes),
        }),
        data: (classes) => readData(choice, classes),
        blobs: await openFileCache(),
        state: {
          where: 'the database of this browser',
          load: () => database.state(session.device),
          save: (bytes) => database.keepState(session.device, bytes),
        },
        gate,
        settings: {
          run: session.run,
          memoryBytes: choice.memoryBytes,
          ...(token === undefined && { name: choice.name }),
        },
        sleep,
        onEvent: (event) => {
          if (event.type === 'measured') void database.keepSession({ ...session, ready: true });
          tell({ type: 'event', event });
        },
        signal,
      });
      await end();
      return outcome;
    } catch (error) {
      const isGone = error instanceof ProtocolError && endingRefusals.has(error.code);
      if (signal.aborted || isGone) await end();
      if (isGone) surroundings.progress.enrolled = false;
      throw error;
    }
  });
}

async function enrol(
  database: DeviceDatabase<DeviceChoice>,
  { token, choice }: Extract<Order, { type: 'join' }>,
  about: string,
  { signal, tell, progress }: Surroundings,
): Promise<{ client: CoordinatorClient; session: KeptSession<DeviceChoice> }> {
  const kept = await database.session();
  const tokenSha256 = token === undefined ? kept?.tokenSha256 : await hashToken(token);
  if (tokenSha256 === undefined) throw new Error('A device that is not remembered needs a token.');
  const key = await openKey(database, tokenSha256);
  const parts = { url: location.origin, key, fetch: fetch.bind(globalThis), now: Date.now };
  const client = connect({
    ...parts,
    random: secureRandom,
    sleep,
    ...(token === undefined && { device: kept?.device }),
  });
  if (token === undefined && kept !== undefined) {
    const session = { ...kept, settings: choice };
    await database.keepSession(session);
    return { client, session };
  }
  const stopWatching = client.watch((status) => {
    if (status.type === 'restored') tell({ type: 'event', event: { type: 'reconnected' } });
    else {
      const { error, seconds } = status;
      tell({ type: 'event', event: { type: 'reconnecting', reason: error.message, seconds } });
    }
  });
  try {
    const enrolment = { token: token ?? '', name: choice.name, runtime: { kind: 'browser', about } } as const;
    const { device, run } = await client.enrol(enrolment, { signal });
    const session: KeptSession<DeviceChoice> = { tokenSha256, device, run, settings: choice, ready: false };
    await database.keepSession(session);
    progress.enrolled = true;
    return { client, session };
  } finally {
    stopWatching();
  }
}

async function readData(
  { file, path, columns }: DeviceChoice,
  classes: readonly string[],
): Promise<readonly TextExample[]> {
  const bytes = async () => new Uint8Array(await file.arrayBuffer());
  const { texts } = await readLabelledTexts([{ path, bytes }], columns);
  return numberLabels(texts, classes, path);
}
