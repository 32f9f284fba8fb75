import type { ExperimentEvent } from './experiment-event.ts';
import type { Setting } from './simulation.ts';

/**
 * Reports a strategy's file that has changed since the earlier rounds. This is not an error: a run whose strategy failed
 * resumes once the file has been corrected.
 * @param before hash of the file's content in the earlier rounds; undefined without any
 */
export function noteChange(
  { name, strategyFile }: Pick<Setting, 'name' | 'strategyFile'>,
  before: string | undefined,
  onEvent: (event: ExperimentEvent) => void,
): void {
  if (strategyFile === null || before === undefined || before === strategyFile.sha256) return;
  onEvent({ type: 'strategy-changed', strategy: name, path: strategyFile.path });
}
