import type { TrainAssignment } from '@legend-fl/protocol';
import type { DeviceState, PendingUpdate } from './device-state.ts';

/**
 * The state of a device once an assignment has told which of its updates counted last; the same object where nothing
 * was open. An accepted update may still be left out of the sum (an outlier, a damaged file, a round that is repeated), and
 * one whose answer was lost may be in it. If it counted, its residual is what the next message makes up for; if not,
 * the residual before stays.
 *
 * An update that the coordinator clipped has counted, and its residual is that of the message as it was sent. With e the
 * residual, x what was trained and Q the codec, e' = (x + e) - Q(x + e): only what rounding left out, so |e'| never
 * exceeds the rounding of one message. If it also held what clipping took away, a device that is clipped in every round
 * would carry more each time, send it all again, and be clipped harder.
 */
export function settleUpdate(state: DeviceState, assignment: TrainAssignment): DeviceState {
  const { pending, unsettled, residual: before } = state;
  if (pending !== null && belongsTo(pending, assignment)) return state;
  const update = unsettled ?? (pending && handedIn(pending));
  if (update === null) return state;
  const { run, lastCounted } = assignment;
  const hasCounted =
    update.run === run && update.round === lastCounted?.round && update.attempt === lastCounted.attempt;
  return { ...state, pending: null, unsettled: null, residual: hasCounted ? update.residual : before };
}

/** Whether a finished update is the one that is assigned, so that it is handed in as it is. */
export function belongsTo(
  { adapterSha256, report }: PendingUpdate,
  { run, round, attempt, adapter }: TrainAssignment,
): boolean {
  const isSame = report.run === run && report.round === round && report.attempt === attempt;
  return isSame && adapterSha256 === adapter.sha256;
}

/** What is kept of an update that is not handed in again; whether it has counted is not known yet. */
export function handedIn({ report, residual }: PendingUpdate): NonNullable<DeviceState['unsettled']> {
  const { run, round, attempt } = report;
  return { run, round, attempt, residual };
}
