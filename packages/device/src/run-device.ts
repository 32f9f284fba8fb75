import type { Assignment, RunForDevices } from '@legend-fl/protocol';
import { limits } from '@legend-fl/protocol';
import { ConnectionError } from './client/connection-error.ts';
import type { CoordinatorClient } from './client/coordinator-client.ts';
import { ProtocolError } from './client/protocol-error.ts';
import type { DeviceOptions } from './device-options.ts';
import { type DeviceSession, KeptState } from './device-session.ts';
import { openGate } from './pause-gate.ts';
import { performAssignment } from './perform-assignment.ts';
import { prepareDevice } from './prepare-device.ts';
import { reasonForOperator } from './reason-for-operator.ts';
import { tellName } from './tell-name.ts';

/** How a device's part in a run ended. */
export interface DeviceOutcome {
  readonly reason: string;
  /** Updates that were accepted. */
  readonly updates: number;
  /** Updates that were not, those that came too late included. */
  readonly rejected: number;
  /** Updates whose round had closed before they were there: nothing went wrong. */
  readonly late: number;
}

/** Milliseconds before the same assignment is taken up again, or a poll that was answered too soon. */
const BREATHER_MS = 2_000;
/** Milliseconds at most, as an assignment that is refused again and again is taken up ever more slowly. */
const LONGEST_BREATHER_MS = 30_000;
const ALREADY_FINISHED = 'it had ended before this device joined';
/** Milliseconds that leaving may take. */
const LEAVE_MS = 2_000;

/**
 * Takes part in a run until it is finished: the same loop in Node and in browsers. Survives restarts of the coordinator,
 * lost connections of any length, updates that are refused, and its own sudden end: what `state` keeps is handed in by the
 * next call.
 *
 * @throws the signal's reason once it has left; ProtocolError where the coordinator wants no more of this device
 * (`device-revoked`, …); ConnectionError `foreign-answer` where the address is no coordinator's; InputError for data or
 * settings that do not fit the run
 */
export async function runDevice(options: DeviceOptions): Promise<DeviceOutcome> {
  const { client, settings, onEvent, signal } = options;
  const { device } = client;
  if (device === undefined) throw new Error('A device has to be enrolled before it runs.');
  const stopWatching = client.watch((status) => {
    if (status.type === 'restored') onEvent({ type: 'reconnected' });
    else onEvent({ type: 'reconnecting', reason: status.error.message, seconds: status.seconds });
  });
  let run: RunForDevices | undefined;
  try {
    run = await client.describeRun(settings.run, { signal });
    if (settings.name !== undefined) await tellName(client, settings.name, signal);
    const session = await openSession(options, run, device);
    if (session === null) return { reason: ALREADY_FINISHED, updates: 0, rejected: 0, late: 0 };
    return await takeAssignments(session, settings.pollSeconds ?? limits.pollSeconds);
  } catch (error) {
    // Whoever refuses it, or is not there, has no use for a goodbye.
    const isRefused = error instanceof ProtocolError || error instanceof ConnectionError;
    const why = signal.aborted ? 'stopped by its owner' : reasonForOperator(error, run);
    if (signal.aborted || !isRefused) await leavePolitely(client, settings.run, why);
    if (!signal.aborted) throw error;
    onEvent({ type: 'left' });
    throw signal.reason;
  } finally {
    stopWatching();
  }
}

/** Null where the run is over. */
async function openSession(
  options: DeviceOptions,
  run: RunForDevices,
  device: string,
): Promise<DeviceSession | null> {
  const { client, trainer, state, settings, gate = openGate, sleep, onEvent, signal } = options;
  onEvent({ type: 'connected', device, run });
  if (run.status === 'finished') {
    onEvent({ type: 'finished', reason: ALREADY_FINISHED });
    return null;
  }
  const kept = await KeptState.open(state);
  const { examples, capacity } = await prepareDevice(options, { run, device, kept: kept.now });
  const report = { run: run.run, capacity: capacity.observe(), examples: examples.training.length };
  await client.reportCapacity(report, { signal });
  const heartbeatMs = 1000 * (settings.heartbeatSeconds ?? limits.heartbeatSeconds);
  return {
    client,
    run,
    device,
    trainer,
    examples,
    capacity,
    state: kept,
    gate,
    sleep,
    heartbeatMs,
    onEvent,
    signal,
  };
}

async function takeAssignments(session: DeviceSession, pollSeconds: number): Promise<DeviceOutcome> {
  const { onEvent, signal, sleep } = session;
  let [updates, rejected, late] = [0, 0, 0];
  let last = '';
  let repetitions = 0;
  let isWaiting = false;
  for (;;) {
    await restBetweenRounds(session);
    if (!isWaiting) onEvent({ type: 'waiting' });
    isWaiting = true;
    const asked = performance.now();
    const assignment = await askForAssignment(session, pollSeconds);
    if (assignment === null) {
      if (performance.now() - asked < BREATHER_MS) await sleep(BREATHER_MS, signal);
      continue;
    }
    if (assignment.kind === 'finished') {
      onEvent({ type: 'finished', reason: assignment.reason });
      return { reason: assignment.reason, updates, rejected, late };
    }
    // Offered again, it has just failed; more haste would not help.
    const key = `${assignment.kind} ${assignment.round} ${assignment.attempt}`;
    repetitions = key === last ? repetitions + 1 : 0;
    if (repetitions > 0) {
      await sleep(Math.min(LONGEST_BREATHER_MS, BREATHER_MS * 2 ** (repetitions - 1)), signal);
    }
    last = key;
    isWaiting = false;
    const result = await performAssignment(session, assignment);
    if (assignment.kind !== 'train') continue;
    if (result === 'done') updates++;
    else rejected++;
    if (result === 'late') late++;
  }
}

/** A coordinator behind a proxy that answers for it meanwhile is waited for. */
async function askForAssignment(session: DeviceSession, pollSeconds: number): Promise<Assignment | null> {
  const { client, onEvent, sleep, signal } = session;
  try {
    return await client.nextAssignment(pollSeconds, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ConnectionError)) throw error;
    onEvent({ type: 'reconnecting', reason: error.message, seconds: pollSeconds });
    await sleep(1000 * pollSeconds, signal);
    return null;
  }
}

async function restBetweenRounds({
  gate,
  client,
  run,
  heartbeatMs,
  onEvent,
  signal,
}: DeviceSession): Promise<void> {
  const reason = gate.reason();
  if (reason === null) return;
  onEvent({ type: 'paused', reason });
  const beat = { run: run.run, activity: 'paused', round: null, step: 0, steps: 0, loss: null } as const;
  const timer = setInterval(() => {
    // Nothing is assigned, so nothing is lost with a beat that gets lost; the next request tells what is wrong.
    client.heartbeat(beat, { signal, retry: false }).catch(() => {});
  }, heartbeatMs);
  try {
    while (gate.reason() !== null) await gate.opened(signal);
  } finally {
    clearInterval(timer);
  }
  onEvent({ type: 'resumed' });
}

async function leavePolitely(client: CoordinatorClient, run: string, reason: string): Promise<void> {
  const options = { signal: AbortSignal.timeout(LEAVE_MS), retry: false };
  // Nobody waits for the answer: a device that does not say goodbye is dropped a little later.
  await client.leave({ run, reason }, options).catch(() => {});
}
