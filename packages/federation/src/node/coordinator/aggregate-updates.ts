import { listUpdates } from '@legend/method';
import type { PhaseWork } from './phase-work.ts';
import { sumInWorker } from './sum-in-worker.ts';

/** Adds up the updates of a round that has closed, and reports the new global state. */
export async function aggregateUpdates(work: PhaseWork): Promise<void> {
  const { run, settings, environment, progress, signal } = work;
  const { state, works, globalSha256 } = progress;
  if (state.phase !== 'aggregating') return;
  const { strategyOptions } = await work.resources();
  const task = {
    strategy: { name: settings.strategy, options: strategyOptions },
    trunk: settings.trunk,
    plan: state.plan,
    blobsFolder: environment.blobsFolder,
    globalSha256,
    updates: listUpdates(state).map(({ id, reference, examples }) => ({
      deviceId: id,
      sha256: reference,
      examples,
      loss: works.get(id)?.details.loss ?? 0,
    })),
  };
  const { bytes, leftOut } = await work.persist(() => sumInWorker(task, signal));
  for (const { deviceId: device, reason } of leftOut) {
    environment.log({ level: 'error', run, device, text: `Left out of round ${state.round}: ${reason}` });
  }
  const sha256 = await work.write(bytes);
  await work.report({ type: 'aggregated', round: state.round }, { globalSha256: sha256 });
}
