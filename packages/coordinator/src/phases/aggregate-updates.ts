import { boundUpdates, leastScale, listUpdates, type RoundState } from '@legend-fl/method';
import type { DeviceWork } from '../log/record-round.ts';
import type { PhaseResult, PhaseWork } from './phase-work.ts';
import { sumInWorker } from './sum-in-worker.ts';
import type { StoredUpdate } from './sum-updates.ts';

/** Bounds the updates of a round that has closed, adds them up, and comes to the new global state. */
export async function aggregateUpdates(
  work: PhaseWork,
  state: Extract<RoundState, { phase: 'aggregating' }>,
): Promise<PhaseResult> {
  const { settings, context, progress, signal } = work;
  const { works, startSha256 } = progress;
  const { strategyOptions } = await work.resources();
  const bounded = boundRound(
    listUpdates(state).map(({ id }) => workOf(works, id)),
    work,
  );
  const task = {
    strategy: { name: settings.strategy, options: strategyOptions },
    trunk: settings.trunk,
    plan: state.plan,
    blobsFolder: context.blobs.folder,
    globalSha256: startSha256,
    updates: bounded.updates,
  };
  const { bytes, leftOut } = await work.retry(() => sumInWorker(task, signal));
  const globalSha256 = await work.write(bytes);
  const clipped = bounded.updates.flatMap(({ deviceId, counted }) =>
    counted !== undefined && leastScale(counted.scales) < 1 ? [{ deviceId, scales: counted.scales }] : [],
  );
  return {
    event: { type: 'aggregated', round: state.round, leftOut: [...bounded.leftOut, ...leftOut] },
    details: { globalSha256, clipped },
  };
}

function workOf(works: ReadonlyMap<string, DeviceWork>, device: string): DeviceWork {
  const work = works.get(device);
  if (work !== undefined) return work;
  throw new Error(`The log does not hold the update of ${device}, which the round counts.`);
}

/** What of each update counts. One without norms, of a log of an earlier version, counts as it is. */
function boundRound(works: readonly DeviceWork[], { settings, progress }: PhaseWork) {
  const received = works.flatMap(({ event: { deviceId, examples }, details: { loss, norms } }) =>
    norms === undefined ? [] : [{ deviceId, examples, loss, norms }],
  );
  const bounded =
    settings.bounds === null ? [] : boundUpdates(received, progress.normHistory, settings.bounds);
  const outcomes = new Map(bounded.map((outcome) => [outcome.deviceId, outcome]));
  const updates: StoredUpdate[] = [];
  const leftOut: { deviceId: string; reason: string }[] = [];
  for (const { event, details } of works) {
    const { deviceId, reference: sha256, examples } = event;
    const outcome = outcomes.get(deviceId);
    if (outcome?.status === 'left-out') leftOut.push({ deviceId, reason: outcome.reason });
    else {
      const counted = outcome === undefined ? {} : { counted: outcome };
      updates.push({ deviceId, sha256, examples, loss: details.loss, ...counted });
    }
  }
  return { updates, leftOut };
}
