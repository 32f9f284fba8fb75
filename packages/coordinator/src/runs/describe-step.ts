import type { FinishReason } from '@legend-fl/method';
import type { LogEntry } from '@legend-fl/protocol';
import type { StoredStep } from '../log/event-queue.ts';

/** What a step of a run tells those who watch it. */
export interface StepReport {
  /** Of which something else is shown now. */
  readonly devices: readonly string[];
  readonly entries: readonly Omit<LogEntry, 'at' | 'run'>[];
}

export function describeStep({ stored: { event }, before, after }: StoredStep): StepReport {
  const entries: Omit<LogEntry, 'at' | 'run'>[] = [];
  const devices: string[] = [];
  const say = (text: string, level: LogEntry['level'] = 'info', device: string | null = null) =>
    entries.push({ level, device, text });
  switch (event.type) {
    case 'planned':
      devices.push(...event.plan.devices.map(({ id }) => id));
      say(`Round ${before.round} is planned for ${event.plan.devices.length} devices.`);
      break;
    case 'update-received':
      devices.push(event.deviceId);
      break;
    case 'device-dropped':
      devices.push(event.deviceId);
      say(`Dropped from round ${event.round}: ${event.reason}.`, 'warning', event.deviceId);
      break;
    case 'deadline-passed':
      say(`Round ${event.round} closed at its deadline.`, 'warning');
      break;
    case 'undone':
      devices.push(...event.suspects.map(({ deviceId }) => deviceId));
      say(`Round ${event.round} is not kept and is tried again: ${event.reason}`, 'error');
      for (const { deviceId, reason } of event.suspects) {
        say(`Suspended, as it may have spoilt round ${event.round}: ${reason}.`, 'warning', deviceId);
      }
      break;
    case 'aggregated':
      for (const { deviceId, reason } of event.leftOut ?? []) {
        devices.push(deviceId);
        say(`Its update is left out of round ${event.round}: ${reason}.`, 'warning', deviceId);
      }
      break;
    case 'evaluated':
      say(`Round ${event.round}: accuracy ${event.accuracy.toFixed(4)}, loss ${event.loss.toFixed(4)}.`);
      break;
    case 'capacity-reported':
    case 'stopped':
      break;
  }
  const hasLeftRound = 'plan' in before && !('plan' in after);
  if (hasLeftRound) devices.push(...before.plan.devices.map(({ id }) => id));
  if (after.attempt > before.attempt && event.type !== 'undone')
    say(`Round ${after.round} had too few updates and is tried again.`, 'warning');
  if (after.phase === 'finished') say(describeEnd(after.reason));
  return { devices, entries };
}

/** Why a run is over. */
export function describeEnd(reason: FinishReason): string {
  switch (reason) {
    case 'target-reached':
      return 'The target accuracy is reached.';
    case 'last-round':
      return 'All rounds are done.';
    case 'stopped':
      return 'The operator has ended the run.';
    case 'no-good-round':
      return 'A round gave no result to keep as often as it may be tried; the adapter is that of the round before.';
    case 'too-few-updates':
      return 'A round had too few updates as often as it may be tried.';
  }
}
