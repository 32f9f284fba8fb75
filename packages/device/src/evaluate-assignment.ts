import { absorbMerged } from '@legend-fl/adapter';
import type { EvaluateAssignment } from '@legend-fl/protocol';
import { bounds } from '@legend-fl/protocol';
import { AssignmentWatch } from './assignment-watch.ts';
import type { DeviceSession } from './device-session.ts';
import type { DeviceScore } from './device-trainer.ts';
import { isPlausibleLoss } from './keep-in-bounds.ts';
import { receiveStart } from './receive-start.ts';

/**
 * Scores the global adapter on the held-out examples; a device that holds none out says so.
 * Throws AssignmentWithdrawn, and ProtocolError where the coordinator refuses.
 */
export async function evaluateAssignment(
  session: DeviceSession,
  assignment: EvaluateAssignment,
): Promise<void> {
  const { client, trainer, examples, onEvent, signal } = session;
  const { run, round, attempt, adapter } = assignment;
  onEvent({ type: 'evaluating', round });
  const watch = new AssignmentWatch(session, round, {
    activity: 'evaluating',
    step: 0,
    steps: 0,
    loss: null,
  });
  try {
    const score = examples.heldOut.length === 0 ? null : await scoreHeldOut();
    await watch.stop();
    await client.submitScore({ run, round, attempt, score }, { signal });
    const shown = score && { accuracy: score.correct / score.examples, loss: score.loss };
    onEvent({ type: 'scored', round, score: shown });
  } finally {
    await watch.stop();
  }

  async function scoreHeldOut() {
    const { start } = await receiveStart(session, watch, adapter);
    const global = start.merged ? absorbMerged(start.adapter, start.merged) : start.adapter;
    return withPlausibleLoss(await trainer.score(global, examples.heldOut, () => watch.betweenSteps()));
  }
}

/** A diverged global adapter still gets a score: its loss is reported as the highest that the protocol takes. */
function withPlausibleLoss(score: DeviceScore): DeviceScore {
  return isPlausibleLoss(score.loss) ? score : { ...score, loss: bounds.loss.max };
}
