import { startRounds } from '@legend-fl/method';
import type { NewDevice, NewRun, NewToken, RunSnapshot, StoredEvent } from '../store.ts';

/** Values to store, different for different arguments. */

export function runOf(id: string): NewRun {
  return { id, createdAt: 1000, settings: { name: `The run "${id}"`, rounds: 3, text: 'ä\0\u{1F600}' } };
}

export function eventOf(sequence: number): StoredEvent {
  return {
    sequence,
    at: 2000 + sequence,
    event: {
      type: 'device-dropped',
      deviceId: `device-${sequence}`,
      round: 1,
      attempt: 1,
      elapsedSeconds: 0.1 * sequence,
      bytesUp: 3_000_000_000,
      bytesDown: 7,
      reason: "it's gone",
    },
    details: { seconds: 1e-7 * sequence },
  };
}

/** Events `from` to `to`, both of them. */
export function eventsOf(from: number, to: number): StoredEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => eventOf(from + index));
}

export function snapshotOf(sequence: number, failure: string | null = null): RunSnapshot {
  const { state } = startRounds({
    rounds: 3,
    minimumUpdates: 1,
    needed: { share: 0.9 },
    maximumAttempts: 2,
  });
  return {
    sequence,
    state,
    globalSha256: String(sequence).padStart(64, '0'),
    assignedAt: sequence % 2 === 0 ? null : 3000.25,
    failure,
  };
}

export function deviceOf(number: number): NewDevice {
  return {
    id: `device-${number}`,
    name: `Laptop ${number}`,
    publicKey: { kty: 'OKP', crv: 'Ed25519', x: String(number).padStart(43, 'A') },
    runtime: { kind: number % 2 === 0 ? 'node' : 'browser', about: 'cpu, 2 threads' },
  };
}

export function tokenOf(id: string, run: string, special: Partial<NewToken> = {}): NewToken {
  return {
    id,
    hash: `hash of ${id}`,
    run,
    label: `For ${id}`,
    usesLeft: null,
    expiresAt: null,
    createdAt: 1500,
    ...special,
  };
}
