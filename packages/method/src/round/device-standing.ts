import { type DeviceTable, findEntry, putEntry, removeEntry } from './device-table.ts';

/**
 * How a device has let rounds down since it last delivered well (ours). One fault is forgiven. From the second on the
 * device is set back: for some rounds it takes part without being waited for, so that it costs the others nothing, and
 * delivering well in time clears it. If it does not, it is waited for again when those rounds are over, and set back four
 * times as long if it fails again: over n rounds a device that never delivers costs about log₄ n deadlines.
 */
export interface DeviceStanding {
  readonly id: string;
  /** Since it delivered well or was set back. */
  readonly faults: number;
  /** Times that it was set back since it delivered well. */
  readonly setbacks: number;
  /** The last round for which it is set back; 0 before the first time. */
  readonly untilRound: number;
  /** Until then it gets no work at all, as it may have spoilt a round. */
  readonly suspended: boolean;
  /** Of the last fault, for people. */
  readonly reason: string;
}

/** What a round tells of a device. */
export type Verdict =
  | { readonly kind: 'good' }
  | { readonly kind: 'fault'; readonly severity: Severity; readonly reason: string };

/** `light`: forgiven once. `grave`: it cost the round its deadline, or sent no training. `suspect`: it may have spoilt it. */
export type Severity = 'light' | 'grave' | 'suspect';

/** Faults from which on a device is set back. */
const FAULTS_SET_BACK = 2;
/** Each setback is so many times as long as the one before, up to the most. */
const SETBACK_GROWTH = 4;
const MOST_SETBACK_ROUNDS = 64;
/** Rounds that a suspect sits out: long enough to see whether the run recovers without it. */
const SUSPENDED_ROUNDS = 16;

export function judgeDevice(
  standings: DeviceTable<DeviceStanding>,
  id: string,
  round: number,
  verdict: Verdict,
): DeviceTable<DeviceStanding> {
  const before = findEntry(standings, id);
  if (verdict.kind === 'good') return before === undefined ? standings : removeEntry(standings, id);
  const { severity, reason } = verdict;
  const { faults, setbacks } = before ?? { faults: 0, setbacks: 0 };
  const now = faults + (severity === 'light' ? 1 : FAULTS_SET_BACK);
  if (now < FAULTS_SET_BACK) {
    const { untilRound = 0, suspended = false } = before ?? {};
    return putEntry(standings, { id, faults: now, setbacks, untilRound, suspended, reason });
  }
  const suspended = severity === 'suspect';
  const rounds = suspended
    ? SUSPENDED_ROUNDS
    : Math.min(SETBACK_GROWTH ** (setbacks + 1), MOST_SETBACK_ROUNDS);
  // A single further fault sets it back again.
  return putEntry(standings, {
    id,
    faults: FAULTS_SET_BACK - 1,
    setbacks: setbacks + 1,
    untilRound: round + rounds,
    suspended,
    reason,
  });
}

/** What a round does about a device: waits for it, takes it along without waiting, or gives it no work. */
export function treatDevice(
  standings: DeviceTable<DeviceStanding>,
  id: string,
  round: number,
): 'awaited' | 'set-back' | 'suspended' {
  const standing = findEntry(standings, id);
  if (standing === undefined || round > standing.untilRound) return 'awaited';
  return standing.suspended ? 'suspended' : 'set-back';
}
