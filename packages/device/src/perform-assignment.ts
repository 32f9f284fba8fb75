import { InputError } from '@legend-fl/base';
import type { Assignment, ProblemCode } from '@legend-fl/protocol';
import { AssignmentWithdrawn } from './assignment-watch.ts';
import { ConnectionError } from './client/connection-error.ts';
import { ProtocolError } from './client/protocol-error.ts';
import type { DeviceSession } from './device-session.ts';
import { evaluateAssignment } from './evaluate-assignment.ts';
import { reasonForOperator } from './reason-for-operator.ts';
import { handedIn } from './settle-update.ts';
import { trainAssignment } from './train-assignment.ts';

/** `late`: the round closed or went on before the device was done. `rejected`: it failed for any other reason. */
export type AssignmentResult = 'done' | 'late' | 'rejected';

/** A round closes when those that it waits for are done, often long before its deadline: no fault of the device. */
const late = new Set<ProblemCode>(['old-round', 'round-not-open', 'round-closed']);

/** Further refusals after which the device goes on with the next assignment. */
const passing = new Set<ProblemCode>([
  'unknown-device',
  'device-dropped',
  'conflicting-update',
  'update-invalid',
  'upload-incomplete',
  'upload-corrupt',
  'too-many-uploads',
  'body-too-long',
  'not-found',
  // Asked for the next assignment, the coordinator says why.
  'run-finished',
]);

/** Where this version does not know the code, it goes on after these statuses: they refuse one message, not the device. */
const passingStatuses = new Set([404, 409, 410, 413, 422]);

/**
 * Does what is assigned; a failure that concerns this assignment alone is reported as an event.
 * Throws what ends the device: a ProtocolError that no later assignment would mend, a fault of ours or of the machine.
 */
export async function performAssignment(
  session: DeviceSession,
  assignment: Exclude<Assignment, { kind: 'finished' }>,
): Promise<AssignmentResult> {
  try {
    if (assignment.kind === 'train') await trainAssignment(session, assignment);
    else await evaluateAssignment(session, assignment);
    return 'done';
  } catch (error) {
    session.signal.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    const refusal = passingRefusal(error);
    if (refusal === undefined) throw error;
    // Its round should not wait for this device.
    if (error instanceof InputError) await leaveRound(session, error);
    const { pending } = session.state.now;
    // A refusal may be the answer to a repetition of a request that was accepted; the next assignment tells.
    if (pending && !refusal.mayBeHandedIn) {
      await session.state.change({ pending: null, unsettled: handedIn(pending) });
    }
    const { kind, round } = assignment;
    const { code, isLate } = refusal;
    session.onEvent({ type: 'rejected', kind, round, code, reason: error.message, late: isLate });
    return isLate ? 'late' : 'rejected';
  }
}

interface PassingRefusal {
  readonly code: string;
  readonly isLate: boolean;
  /** Offered again, the assignment takes the update as it is. */
  readonly mayBeHandedIn: boolean;
}

/** What an error tells that ends one assignment only; undefined of any other. */
function passingRefusal(error: Error): PassingRefusal | undefined {
  const isWithdrawn = error instanceof AssignmentWithdrawn;
  if (isWithdrawn) return { code: 'withdrawn', isLate: true, mayBeHandedIn: true };
  const isOwn = error instanceof InputError || error instanceof ConnectionError;
  if (isOwn) return { code: error.code, isLate: false, mayBeHandedIn: false };
  if (!(error instanceof ProtocolError)) return undefined;
  const { code, problem, status } = error;
  if (code === 'unknown-code') {
    if (!passingStatuses.has(status)) return undefined;
    return { code: problem.code, isLate: false, mayBeHandedIn: false };
  }
  const isLate = late.has(code);
  if (!isLate && !passing.has(code)) return undefined;
  return { code, isLate, mayBeHandedIn: isLate || code === 'too-many-uploads' };
}

async function leaveRound({ client, run, signal }: DeviceSession, error: InputError): Promise<void> {
  try {
    await client.leave({ run: run.run, reason: reasonForOperator(error, run) }, { signal });
  } catch (refusal) {
    // The next request is told the same.
    if (!(refusal instanceof ProtocolError || refusal instanceof ConnectionError)) throw refusal;
  }
}
