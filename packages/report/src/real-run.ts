import { tellApart } from '@legend-fl/look';
import type { ReportedRun } from './group-runs.ts';

/** What coordinators of earlier versions called the fleet of every run; simulations name a file. */
const earlierFleet = 'devices of a federation';

/** Whether the run was one of real devices, not a simulation. */
export function isReal({ summary }: Pick<ReportedRun, 'summary'>): boolean {
  return summary.federation !== undefined || summary.config.fleet === earlierFleet;
}

/** What devices are called, by their ids: real ones as their owners named them, told apart where names are shared. */
export function nameDevices({ summary }: ReportedRun, ids: readonly string[]): ReadonlyMap<string, string> {
  const enrolled = new Map(summary.federation?.devices.map(({ id, name }) => [id, name]));
  const real = isReal({ summary });
  const named = ids.map((id) => ({ id, name: enrolled.get(id) ?? (real ? 'device' : id) }));
  const names = tellApart(named);
  return new Map(ids.map((id, index) => [id, names[index] ?? id]));
}
