import { findEntry, treatDevice } from '@legend-fl/method';
import type { DeviceView, RunView } from '@legend-fl/protocol';
import type { Presence } from '../fleet/presence.ts';
import type { RunDriver } from '../runs/run-driver.ts';
import { explainSetAside } from '../runs/set-aside-run.ts';
import { warnOf } from '../settings/run-settings.ts';
import type { StoredDevice } from '../store/store.ts';

/** @param devices of the run */
export function viewRun(driver: RunDriver, devices: readonly StoredDevice[], presence: Presence): RunView {
  const { definition, progress } = driver;
  const { settings, model } = definition;
  const { state } = progress;
  const plan = 'plan' in state ? state.plan : undefined;
  const count = (status: string) =>
    'devices' in state
      ? state.devices.reduce((sum, chunk) => sum + chunk.filter((entry) => entry.status === status).length, 0)
      : 0;
  return {
    id: driver.id,
    name: settings.name,
    strategy: settings.strategy,
    model: model.id,
    blocks: model.blocks,
    status: statusOf(driver),
    phase: state.phase,
    about: aboutRun(driver),
    warning: warnOf(settings),
    round: state.round,
    attempt: state.attempt,
    rounds: settings.rounds,
    targetAccuracy: settings.targetAccuracy,
    accuracy: state.lastEvaluation?.accuracy ?? null,
    loss: state.lastEvaluation?.loss ?? null,
    devices: {
      enrolled: devices.length,
      present: devices.reduce((sum, { id }) => sum + (presence.isThere(id) ? 1 : 0), 0),
      assigned: plan?.devices.length ?? 0,
      updated: count('updated'),
      dropped: count('dropped'),
    },
    rankDistribution: [...progress.rankDistribution],
    bytesUp: state.totals.bytesUp,
    bytesDown: state.totals.bytesDown,
    createdAt: driver.createdAt,
    assignedAt: progress.assignedAt,
    deadlineAt: driver.deadlineAt,
  };
}

/** What it waits for, or why it is over; empty while it goes on. */
function aboutRun({ endReason, fault, waitsFor }: RunDriver): string {
  if (fault !== undefined) return explainSetAside(fault);
  return endReason ?? waitsFor;
}

export function statusOf({ progress, fault, isBlocked }: RunDriver): RunView['status'] {
  const { failure, state } = progress;
  if (failure !== null || fault !== undefined) return 'failed';
  if (state.phase === 'finished') return 'finished';
  return state.phase === 'planning' || isBlocked ? 'waiting' : 'running';
}

/** @param examples as it has told them last; undefined where it has not since this process started */
export function viewDevice(
  device: StoredDevice,
  driver: RunDriver | undefined,
  presence: Presence,
  examples: number | undefined,
): DeviceView {
  const { id, run, name, runtime, enrolledAt } = device;
  const progress = driver?.progress;
  const state = progress?.state;
  const plan = state && 'plan' in state ? progress.plannedDevices.get(id) : undefined;
  const doing = presence.find(id)?.doing;
  return {
    id,
    run,
    name,
    runtime,
    status: statusOfDevice(device, driver, presence),
    depth: plan?.depth ?? null,
    ranks: [...(plan?.ranks ?? [])],
    step: doing?.step ?? 0,
    steps: doing?.steps ?? 0,
    loss: doing?.loss ?? null,
    plannedSeconds: plan?.seconds ?? null,
    assignedAt: plan === undefined ? null : (progress?.assignedAt ?? null),
    examples: examples ?? progress?.examples.get(id) ?? 0,
    updates: progress?.counted.get(id) ?? 0,
    refused: (progress?.leftOut.get(id) ?? 0) + (driver?.refused.find(id).count ?? 0),
    clipped: progress?.clipped.get(id) ?? 0,
    claimedSeconds: progress?.claims.get(id)?.claimedSeconds ?? null,
    measuredSeconds: progress?.claims.get(id)?.measuredSeconds ?? null,
    note: driver === undefined ? '' : noteOf(id, driver, presence),
    lastSeenAt: presence.find(id)?.lastSeenAt ?? enrolledAt,
  };
}

/** What is wrong with a device at present, the gravest first. */
function noteOf(id: string, driver: RunDriver, presence: Presence): string {
  const { state } = driver.progress;
  const leftBecause = presence.find(id)?.leftBecause ?? '';
  if (leftBecause !== '') return `It left: ${leftBecause}.`;
  const plan = 'plan' in state ? state.plan : undefined;
  const excluded = plan?.excluded.find((device) => device.id === id);
  if (excluded !== undefined) return `Left out of round ${state.round}: ${excluded.reason}.`;
  const standing = findEntry(state.standings, id);
  if (standing !== undefined && treatDevice(state.standings, id, state.round) !== 'awaited') {
    return `Not waited for until round ${standing.untilRound}: ${standing.reason}.`;
  }
  const entry = 'devices' in state ? findEntry(state.devices, id) : undefined;
  if (entry?.status === 'dropped') return `Dropped from round ${state.round}: ${entry.reason}.`;
  const { reason } = driver.refused.find(id);
  return reason === '' ? '' : `Its last refused update: ${reason}`;
}

function statusOfDevice(
  { id, revoked, quarantined }: StoredDevice,
  driver: RunDriver | undefined,
  presence: Presence,
): DeviceView['status'] {
  const sighting = presence.find(id);
  if (revoked) return 'revoked';
  if (quarantined) return 'quarantined';
  if (sighting?.left) return 'left';
  const state = driver?.progress.state;
  const entry = state && 'devices' in state ? findEntry(state.devices, id) : undefined;
  if (entry?.status === 'dropped') return 'dropped';
  if (!presence.isThere(id)) return 'away';
  const activity = sighting?.doing?.activity ?? 'idle';
  if (activity === 'paused') return 'paused';
  if (activity === 'evaluating') return 'evaluating';
  if (entry?.status === 'updated') return 'updated';
  if (entry?.status === 'assigned' && state?.phase === 'collecting')
    return activity === 'idle' ? 'assigned' : activity;
  return 'idle';
}
