import { encodeTrained, localTask } from '@legend/rounds';
import { sha256Hex } from '../identity/sha256.ts';
import type { TrainAssignment } from '../protocol/assignment.ts';
import { AssignmentWatch } from './assignment-watch.ts';
import type { DeviceSession } from './device-session.ts';
import type { PendingUpdate } from './device-state.ts';
import { handInUpdate } from './hand-in-update.ts';
import { receiveStart } from './receive-start.ts';

/**
 * Trains what is assigned and hands it in. An update that was finished before the program was last ended is handed in as
 * it is; one that was not is made anew, to the same bits.
 * Throws AssignmentWithdrawn, ProtocolError where the coordinator refuses the update, InputError where training fails.
 */
export async function trainAssignment(session: DeviceSession, assignment: TrainAssignment): Promise<void> {
  const { onEvent, state } = session;
  const { round, rounds, plan, localSteps: steps, secondsLeft } = assignment;
  await settlePending(session, assignment);
  onEvent({ type: 'assigned', round, rounds, depth: plan.depth, ranks: plan.ranks, steps, secondsLeft });
  const started = performance.now();
  const { pending } = state.now;
  const resent = pending !== null && belongsTo(pending, assignment);
  const progress = { activity: 'downloading', step: 0, steps, loss: null } as const;
  const watch = new AssignmentWatch(session, round, progress);
  try {
    const update = resent ? pending : await makeUpdate(session, watch, assignment);
    if (!resent) await state.change({ pending: update });
    await handInUpdate(session, watch, update);
    await state.change({ pending: null, residual: update.residual, ...bandwidthOf(session) });
    const seconds = (performance.now() - started) / 1000;
    onEvent({ type: 'accepted', round, loss: update.report.loss, seconds, resent });
  } finally {
    await watch.stop();
  }
}

/**
 * An update of an earlier round whose answer never came may have counted or not; the coordinator tells with the next
 * assignment. What a message that counted left unsaid is what the next one owes.
 */
async function settlePending({ state }: DeviceSession, assignment: TrainAssignment): Promise<void> {
  const { pending } = state.now;
  if (pending === null || belongsTo(pending, assignment)) return;
  const { run, lastCounted } = assignment;
  const { report, residual } = pending;
  const hasCounted =
    report.run === run && report.round === lastCounted?.round && report.attempt === lastCounted.attempt;
  await state.change({ pending: null, ...(hasCounted && { residual }) });
}

function belongsTo(
  { adapterSha256, report }: PendingUpdate,
  { run, round, attempt, adapter }: TrainAssignment,
) {
  const isSame = report.run === run && report.round === round && report.attempt === attempt;
  return isSame && adapterSha256 === adapter.sha256;
}

function bandwidthOf({ capacity }: DeviceSession) {
  const { upload, download } = capacity.secondsPerByte;
  return { uploadSecondsPerByte: upload, downloadSecondsPerByte: download };
}

async function makeUpdate(
  session: DeviceSession,
  watch: AssignmentWatch,
  assignment: TrainAssignment,
): Promise<PendingUpdate> {
  const { run, device, trainer, examples, capacity, state, onEvent } = session;
  const { round, attempt, plan, localSteps: steps, local, rounds, seed, trunkCache, codec } = assignment;
  const { start, transfer } = await receiveStart(session, watch, assignment.adapter);
  const task = localTask({ local, rounds, seed, trunkCache }, plan, start, {
    name: `${run.run}, ${assignment.strategy}`,
    round,
    localSteps: steps,
    deviceId: device,
    examples: examples.training,
  });
  watch.note({ activity: 'training' });
  const trained = await trainer.train(task, async (step, loss) => {
    watch.note({ step: step + 1, loss });
    onEvent({ type: 'step', round, step: step + 1, steps, loss });
    await watch.betweenSteps();
  });
  const residualBefore = state.now.residual;
  const { bytes, residual } = encodeTrained(start.adapter, trained.adapter, plan, codec.up, residualBefore);
  const message = new Uint8Array(bytes);
  const trunkSteps = trunkCache ? trained.trunkMisses / local.batchSize : steps;
  const load = { blocks: run.base.blocks, depth: plan.depth, steps, trunkSteps };
  const { runtimeSeconds } = trained;
  return {
    adapterSha256: assignment.adapter.sha256,
    message,
    residual,
    report: {
      run: run.run,
      round,
      attempt,
      sha256: await sha256Hex(message),
      examples: examples.training.length,
      loss: trained.loss,
      capacity: capacity.observe({ load, runtimeSeconds }),
      bytesDown: assignment.adapter.bytes,
      times: { download: transfer.seconds, ...capacity.divide(load, runtimeSeconds), upload: 0 },
    },
  };
}
