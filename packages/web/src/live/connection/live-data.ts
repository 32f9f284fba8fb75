import type { DeviceView, LiveEvent, LogEntry, RoundView, RunView } from '@legend-fl/protocol';

/** All that a coordinator has told its operator. */
export interface LiveData {
  readonly runs: ReadonlyMap<string, RunView>;
  readonly devices: ReadonlyMap<string, DeviceView>;
  /** Of each run, in order. */
  readonly rounds: ReadonlyMap<string, readonly RoundView[]>;
  /** The last entries, oldest first. */
  readonly log: readonly LogEntry[];
  /** Entries that were told and are not kept. */
  readonly entriesForgotten: number;
}

export const nothingYet: LiveData = {
  runs: new Map(),
  devices: new Map(),
  rounds: new Map(),
  log: [],
  entriesForgotten: 0,
};

/** Entries of the log that are kept: more than anybody scrolls through, little memory. */
const MAX_LOG_ENTRIES = 1000;

/** What is known after an event; what an event does not name stays. */
export function applyEvent(data: LiveData, event: LiveEvent): LiveData {
  switch (event.type) {
    case 'runs':
      return { ...data, runs: withEntries(data.runs, event.runs) };
    case 'devices':
      return { ...data, devices: withEntries(data.devices, event.devices) };
    case 'rounds':
      return { ...data, rounds: withRounds(data.rounds, event.rounds) };
    case 'log': {
      const log = [...data.log, ...event.entries];
      const forgotten = Math.max(0, log.length - MAX_LOG_ENTRIES);
      return {
        ...data,
        log: log.slice(forgotten),
        entriesForgotten: data.entriesForgotten + forgotten,
      };
    }
  }
}

function withEntries<Entry extends { readonly id: string }>(
  known: ReadonlyMap<string, Entry>,
  entries: readonly Entry[],
): ReadonlyMap<string, Entry> {
  const all = new Map(known);
  for (const entry of entries) all.set(entry.id, entry);
  return all;
}

/** A round that is told again replaces what was known of it. */
function withRounds(
  known: LiveData['rounds'],
  rounds: readonly RoundView[],
): ReadonlyMap<string, readonly RoundView[]> {
  const all = new Map(known);
  for (const [run, told] of Map.groupBy(rounds, ({ run }) => run)) {
    const byNumber = new Map([...(all.get(run) ?? []), ...told].map((round) => [round.round, round]));
    all.set(
      run,
      [...byNumber.values()].sort((one, other) => one.round - other.round),
    );
  }
  return all;
}
