import { TrainerPool } from '@legend/trainer/node';
import type { RunResources } from './run-resources.ts';

/** What evaluates the global adapter on held-out examples: one worker thread, so that requests are answered meanwhile. */
export function openTestPool({ base, definition }: RunResources): TrainerPool {
  return new TrainerPool({
    modelFolder: base.folder,
    classes: definition.classes.length,
    seed: definition.settings.seed,
    threads: 1,
    workers: 1,
  });
}
