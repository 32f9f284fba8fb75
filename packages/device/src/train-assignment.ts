import { InputError } from '@legend-fl/base';
import type { TrainAssignment } from '@legend-fl/protocol';
import { bounds, sha256Hex } from '@legend-fl/protocol';
import { encodeTrained, localTask } from '@legend-fl/runs';
import { AssignmentWatch } from './assignment-watch.ts';
import type { DeviceSession } from './device-session.ts';
import type { PendingUpdate } from './device-state.ts';
import { handInUpdate } from './hand-in-update.ts';
import { clampPartSeconds, isPlausibleLoss } from './keep-in-bounds.ts';
import { receiveStart } from './receive-start.ts';
import { belongsTo, handedIn, settleUpdate } from './settle-update.ts';

/**
 * Trains what is assigned and hands it in. An update that was finished before the program was last ended is handed in as
 * it is; one that was not is made anew, to the same bits.
 * Throws AssignmentWithdrawn, ProtocolError where the coordinator refuses the update, InputError where training fails.
 */
export async function trainAssignment(session: DeviceSession, assignment: TrainAssignment): Promise<void> {
  const { onEvent, state } = session;
  const { round, rounds, plan, localSteps: steps, secondsLeft } = assignment;
  const settled = settleUpdate(state.now, assignment);
  if (settled !== state.now) await state.change(settled);
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
    await state.change({ pending: null, unsettled: handedIn(update), ...bandwidthOf(session) });
    const seconds = (performance.now() - started) / 1000;
    onEvent({ type: 'accepted', round, loss: update.report.loss, seconds, resent });
  } finally {
    await watch.stop();
  }
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
  checkLoss(trained.loss, round);
  const residualBefore = state.now.residual;
  const { bytes, residual } = encodeTrained(start.adapter, trained.adapter, plan, codec.up, residualBefore);
  const message = new Uint8Array(bytes);
  const trunkSteps = trunkCache ? trained.trunkMisses / local.batchSize : steps;
  const load = { blocks: run.base.blocks, depth: plan.depth, steps, trunkSteps };
  const { runtimeSeconds } = trained;
  const { forward, backward } = capacity.divide(load, runtimeSeconds);
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
      times: {
        download: clampPartSeconds(transfer.seconds),
        forward: clampPartSeconds(forward),
        backward: clampPartSeconds(backward),
        upload: 0,
      },
    },
  };
}

/** A diverged update would harm the others, and the coordinator would refuse it. */
function checkLoss(loss: number, round: number): void {
  if (isPlausibleLoss(loss)) return;
  throw new InputError({
    code: 'training-diverged',
    expected: `a mean loss of at most ${bounds.loss.max}`,
    got: String(loss),
    where: `round ${round}`,
    todo: 'Check the labels of this device, and ask the operator for a lower learning rate.',
  });
}
