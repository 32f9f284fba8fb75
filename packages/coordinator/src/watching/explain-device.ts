import { findEntry, treatDevice } from '@legend-fl/method';
import type { Presence } from '../fleet/presence.ts';
import type { RunDriver } from '../runs/run-driver.ts';
import type { StoredDevice } from '../store/store.ts';

/** What a device did wrong, or why it gets no work at present, in sentences for the operator, the gravest first. */
export function explainDevice(
  { id, revoked, quarantined }: StoredDevice,
  driver: RunDriver,
  presence: Presence,
): string {
  if (revoked) return '';
  const leftBecause = presence.find(id)?.leftBecause ?? '';
  const sentences = [
    quarantined && 'An operator set it aside: it gets no work until it is released.',
    leftBecause !== '' && `It left: ${leftBecause}.`,
    driver.isOver ? explainStanding(id, driver) : explainRound(id, driver),
    explainRefusal(driver.refused.find(id)),
    explainLeftOut(driver.progress.leftOut.get(id) ?? 0),
    explainClipped(driver.progress.clipped.get(id) ?? 0),
  ];
  return sentences.filter((sentence) => sentence !== false && sentence !== '').join(' ');
}

/** Why the round under way goes on without it. */
function explainRound(id: string, { progress: { state } }: RunDriver): string {
  const plan = 'plan' in state ? state.plan : undefined;
  const excluded = plan?.excluded.find((device) => device.id === id);
  if (excluded !== undefined) return `It has no part in round ${state.round}: ${excluded.reason}.`;
  const standing = findEntry(state.standings, id);
  if (standing !== undefined && treatDevice(state.standings, id, state.round) !== 'awaited') {
    return `No round waits for it until round ${standing.untilRound}: ${standing.reason}.`;
  }
  const entry = 'devices' in state ? findEntry(state.devices, id) : undefined;
  return entry?.status === 'dropped' ? `It was dropped from round ${state.round}: ${entry.reason}.` : '';
}

/** Why the last rounds of a run that is over went on without it. */
function explainStanding(id: string, { progress: { state } }: RunDriver): string {
  const standing = findEntry(state.standings, id);
  if (standing === undefined || treatDevice(state.standings, id, state.round) === 'awaited') return '';
  return `In the end no round waited for it: ${standing.reason}.`;
}

function explainRefusal({ count, reason }: { readonly count: number; readonly reason: string }): string {
  if (count === 0) return '';
  const which = count === 1 ? 'Its update was refused' : `${count} of its updates were refused, the last one`;
  return `${which} because it does not fit its assignment: ${endSentence(reason)}`;
}

function explainLeftOut(count: number): string {
  if (count === 0) return '';
  const which = count === 1 ? 'One of its updates was' : `${count} of its updates were`;
  return `${which} left out of the sum; the events below say why.`;
}

function explainClipped(count: number): string {
  if (count === 0) return '';
  const where = count === 1 ? 'In 1 round' : `In ${count} rounds`;
  return `${where} its update changed the model far more than the others’ did, so it was scaled down (clipped).`;
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
