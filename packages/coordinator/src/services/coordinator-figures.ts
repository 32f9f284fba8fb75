import type { RunDriver } from '../runs/run-driver.ts';
import type { CoordinatorFigures } from './coordinator.ts';
import type { CoordinatorContext } from './coordinator-context.ts';

export function readFigures({ presence, runs, counters }: CoordinatorContext): CoordinatorFigures {
  const { drivers } = runs;
  const sum = (of: (driver: RunDriver) => number) => drivers.reduce((total, driver) => total + of(driver), 0);
  return {
    ...counters,
    devicesPresent: presence.size,
    runsUnderWay: sum(({ isOver }) => (isOver ? 0 : 1)),
    bytesSent: sum(({ progress }) => progress.state.totals.bytesDown),
    roundsFinished: sum(({ progress }) => progress.rounds.length),
    pollsWaiting: sum(({ polls }) => polls.size),
  };
}
