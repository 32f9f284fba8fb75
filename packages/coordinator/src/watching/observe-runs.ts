import type { RunObserver } from '../phases/run-context.ts';
import type { Journal } from './journal.ts';
import type { LiveFeed } from './live-feed.ts';

/** Hands what runs tell to those who watch: the journal, and the live feed, which hears of the journal's entries by itself. */
export function observeRuns(journal: Journal, feed: LiveFeed, now: () => number): RunObserver {
  return {
    log: (entry) => journal.add({ ...entry, at: now() }),
    runChanged: (run) => feed.runChanged(run),
    devicesChanged: (devices) => feed.devicesChanged(devices),
    roundFinished: (round) => feed.roundFinished(round),
  };
}
