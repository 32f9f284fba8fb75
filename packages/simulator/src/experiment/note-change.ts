import type { ExperimentEvent } from './experiment-event.ts';
import type { Setting } from './simulation.ts';

/**
 * Tells if a strategy's file is no longer what earlier rounds were run with. Not an error: a run whose strategy failed
 * goes on once the file has been mended.
 * @param before hash of the file's content in these rounds; undefined without any
 */
export function noteChange(
  { name, strategyFile }: Pick<Setting, 'name' | 'strategyFile'>,
  before: string | undefined,
  onEvent: (event: ExperimentEvent) => void,
): void {
  if (strategyFile === null || before === undefined || before === strategyFile.sha256) return;
  onEvent({ type: 'strategy-changed', strategy: name, path: strategyFile.path });
}
