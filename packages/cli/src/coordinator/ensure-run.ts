import { InputError } from '@legend-fl/base';
import {
  type Coordinator,
  isBegunWith,
  parseRunSettings,
  type RunSettings,
  type StoredRun,
} from '@legend-fl/coordinator';
import type { RunView } from '@legend-fl/protocol';

/**
 * The run that settings describe: the one that was begun with them and goes on, else a new one. Without settings the
 * last one, null where there is none. Throws InputError where the folder holds runs with other settings alone.
 */
export async function ensureRun(
  coordinator: Coordinator,
  {
    settings,
    stored,
    where,
  }: {
    readonly settings: Record<string, unknown> | undefined;
    /** As they were when the coordinator was opened. */
    readonly stored: readonly StoredRun[];
    /** The folder, for people. */
    readonly where: string;
  },
): Promise<RunView | null> {
  const find = (id: string | undefined) => coordinator.forOperators.listRuns().find((run) => run.id === id);
  if (settings === undefined) return find(stored.at(-1)?.id) ?? null;
  if (stored.length === 0) return coordinator.forOperators.createRun(settings);
  const wanted = parseRunSettings(settings, 'run settings');
  const same = stored.filter((run) => isBegun(run, wanted));
  const view = find(same.at(-1)?.id);
  if (view !== undefined) return view;
  throw new InputError({
    code: 'run-exists',
    expected: `the settings that run ${stored.at(-1)?.id} was begun with, or none, to go on with it`,
    got: 'other settings',
    where,
    todo: 'Leave the run file and its options out, name another folder with --dir, or begin another run on the live page.',
  });
}

/** False of a run whose settings cannot be read, which the coordinator has set aside. */
function isBegun({ id, settings }: StoredRun, wanted: RunSettings): boolean {
  try {
    return isBegunWith(settings, wanted, id);
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
