import { runLegend } from '../testing/run-legend.ts';

/** Seconds that `legend --help` takes on a machine that has time for it. */
const USUAL_SECONDS = 0.5;

/**
 * Seconds in which this machine, with what else it has to do, gets as far as an idle one in so many: for the deadlines of
 * runs in processes of their own, whose clocks no test can drive.
 */
export async function secondsHere(seconds: number): Promise<number> {
  const begin = performance.now();
  await runLegend('--help');
  return Math.ceil(seconds * Math.max(1, (performance.now() - begin) / 1000 / USUAL_SECONDS));
}
