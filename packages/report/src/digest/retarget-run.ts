import { summarizeStrategy } from '@legend-fl/runs';
import type { Run } from './read-run.ts';

/**
 * The run as if its target had been another one: time and traffic are read off its rounds again. A strategy that stopped
 * at a lower target has not reached a higher one.
 */
export function retargetRun(run: Run, targetAccuracy: number): Run {
  const strategies = run.summary.strategies.map((strategy) => {
    const { name, hostSeconds } = strategy;
    const rounds = run.rounds.get(name) ?? [];
    return { ...strategy, ...summarizeStrategy({ name, rounds, targetAccuracy, hostSeconds }) };
  });
  return { ...run, summary: { ...run.summary, strategies } };
}
