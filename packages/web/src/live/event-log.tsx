import type { LogEntry } from '@legend-fl/protocol';
import { useMemo, useState } from 'preact/hooks';
import { formatMoment } from '../shared/format-time.ts';
import { serverNow } from '../shared/server-clock.ts';
import type { LiveData } from './connection/live-data.ts';
import { labelDevices } from './devices/label-devices.ts';

const levels = ['everything', 'warnings and errors', 'errors'] as const;
const SHOWN_AT_FIRST = 100;

/** What happened, latest first. */
export function EventLog({ data }: { data: LiveData }) {
  const [level, setLevel] = useState(0);
  const [shown, setShown] = useState(SHOWN_AT_FIRST);
  const names = useMemo(
    () => new Map(labelDevices([...data.devices.values()]).map(({ id, name }) => [id, name])),
    [data.devices],
  );
  const entries = data.log.filter((entry) => severity(entry) >= level).toReversed();
  return (
    <section class="log">
      <h2>Events</h2>
      <div class="controls">
        <label>
          Show{' '}
          <select value={level} onChange={({ currentTarget }) => setLevel(currentTarget.selectedIndex)}>
            {levels.map((name, index) => (
              <option key={name} value={index}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <ol>
        {entries.slice(0, shown).map((entry) => (
          <li key={`${entry.at}-${entry.device}-${entry.text}`} class={`entry entry-${entry.level}`}>
            <time dateTime={new Date(entry.at).toISOString()}>{formatMoment(entry.at, serverNow())}</time>
            <span>
              {entry.level !== 'info' && <strong>{entry.level === 'error' ? 'Error: ' : 'Warning: '}</strong>}
              {entry.text}
            </span>
            <small>{describePlace(entry, data.runs, names)}</small>
          </li>
        ))}
      </ol>
      {entries.length === 0 && <p class="note">Nothing yet.</p>}
      {entries.length > shown && (
        <button type="button" onClick={() => setShown(shown + 200)}>
          Show more ({entries.length - shown} left)
        </button>
      )}
      {data.entriesForgotten > 0 && (
        <p class="note">
          This page keeps the last {data.log.length} events; the {data.entriesForgotten} before them are in
          the coordinator’s log.
        </p>
      )}
    </section>
  );
}

function severity({ level }: LogEntry): number {
  return { info: 0, warning: 1, error: 2 }[level];
}

function describePlace(
  { run, device }: LogEntry,
  runs: LiveData['runs'],
  names: ReadonlyMap<string, string>,
): string {
  const places = [
    run === null || runs.size < 2 ? undefined : (runs.get(run)?.name ?? run),
    device === null ? undefined : (names.get(device) ?? device),
  ];
  return places.filter((name) => name !== undefined).join(', ');
}
