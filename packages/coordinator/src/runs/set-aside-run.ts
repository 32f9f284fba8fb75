import type { RunView } from '@legend-fl/protocol';
import { neededBlobs } from '../log/needed-blobs.ts';
import { parseDefinition } from '../settings/run-resources.ts';
import type { Store, StoredRun } from '../store/store.ts';

/** A stored run that could not be opened. It stays in the store as it is, for a later start to open. */
export interface SetAsideRun {
  readonly stored: StoredRun;
  /** Why, for people. */
  readonly reason: string;
  /** The blobs that it cannot go on without; null where that cannot be told either. */
  readonly blobs: ReadonlySet<string> | null;
}

/** @param error why it could not be opened */
export async function setRunAside(
  stored: StoredRun,
  error: unknown,
  { runs }: Pick<Store, 'runs'>,
): Promise<SetAsideRun> {
  const reason = error instanceof Error ? error.message : String(error);
  try {
    return { stored, reason, blobs: new Set(neededBlobs(await runs.loadProgress(stored.id))) };
  } catch {
    return { stored, reason, blobs: null };
  }
}

/** Why a run does not go on, for people. */
export function explainSetAside(reason: string): string {
  return `It is set aside, and the other runs go on: ${reason} Start the coordinator again once that is mended.`;
}

/** What can be shown of it. */
export function viewSetAsideRun({ stored, reason }: SetAsideRun, enrolled: number): RunView {
  const { id, createdAt } = stored;
  const definition = readDefinition(stored);
  return {
    id,
    name: definition?.settings.name ?? id,
    strategy: definition?.settings.strategy ?? 'unknown',
    model: definition?.model.id ?? 'unknown',
    blocks: definition?.model.blocks ?? 1,
    status: 'failed',
    phase: 'planning',
    about: explainSetAside(reason),
    warning: '',
    round: 0,
    attempt: 1,
    rounds: definition?.settings.rounds ?? 1,
    targetAccuracy: definition?.settings.targetAccuracy ?? null,
    accuracy: null,
    loss: null,
    devices: { enrolled, present: 0, assigned: 0, updated: 0, dropped: 0 },
    rankDistribution: [],
    bytesUp: 0,
    bytesDown: 0,
    createdAt,
    assignedAt: null,
    deadlineAt: null,
  };
}

/** Undefined where that is what is wrong with it. */
function readDefinition({ id, settings }: StoredRun) {
  try {
    return parseDefinition(settings, `run ${id}`);
  } catch {
    return undefined;
  }
}
