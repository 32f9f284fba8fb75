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
 * Finds the stored run with these settings, or creates it. Without settings it is the last run, null if there is none.
 * @throws InputError if the folder holds only runs with other settings
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
  const same = stored.filter((run) => hasSettings(run, wanted));
  const view = find(same.at(-1)?.id);
  if (view !== undefined) return view;
  throw new InputError({
    code: 'run-exists',
    expected: `the settings of run ${stored.at(-1)?.id}, or none, to resume it`,
    got: 'other settings',
    where,
    todo: 'Omit the run file and its options, name another folder with --dir, or start another run on the live page.',
  });
}

/** False if the stored settings cannot be read: then the coordinator has set the run aside. */
function hasSettings({ id, settings }: StoredRun, wanted: RunSettings): boolean {
  try {
    return isBegunWith(settings, wanted, id);
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
