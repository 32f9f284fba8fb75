import { tellApart } from '@legend-fl/look';
import { isRealRun } from '@legend-fl/runs';
import type { ReportedRun } from './group-runs.ts';

/** What devices are called, by their ids: real ones as their owners named them, told apart where names are shared. */
export function nameDevices({ summary }: ReportedRun, ids: readonly string[]): ReadonlyMap<string, string> {
  const enrolled = new Map(summary.enrolled?.map(({ id, name }) => [id, name]));
  const real = isRealRun(summary);
  const named = ids.map((id) => ({ id, name: enrolled.get(id) ?? (real ? 'device' : id) }));
  const names = tellApart(named);
  return new Map(ids.map((id, index) => [id, names[index] ?? id]));
}
