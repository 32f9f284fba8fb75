import type { DeviceView, LiveEvent, LogEntry, RoundView, RunView } from '@legend-fl/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveFeed } from './live-feed.ts';

const runOf = (id: string) => ({ id }) as RunView;
const entryOf = (text: string): LogEntry => ({ at: 1, level: 'info', run: null, device: null, text });

let viewed: string[];
let feed: LiveFeed;
beforeEach(() => {
  vi.useFakeTimers();
  viewed = [];
  feed = new LiveFeed({
    runs: () => [runOf('run')],
    viewRun: (id) => runOf(id),
    devices: () => [],
    viewDevice(id) {
      viewed.push(id);
      return id === 'gone' ? undefined : ({ id } as DeviceView);
    },
    rounds: () => [],
    log: () => [entryOf('before')],
  });
});
afterEach(() => {
  feed.stop();
  vi.useRealTimers();
});

function listen(): LiveEvent[] {
  const heard: LiveEvent[] = [];
  feed.subscribe((event) => heard.push(event));
  return heard;
}

test('a listener gets everything at first', () => {
  expect(listen()).toEqual([
    { type: 'runs', runs: [{ id: 'run' }] },
    { type: 'devices', devices: [] },
    { type: 'rounds', rounds: [] },
    { type: 'log', entries: [entryOf('before')] },
  ]);
});

test('changes come twice a second, each device once, whatever happened to it', () => {
  const heard = listen();
  heard.length = 0;
  for (let time = 0; time < 1000; time += 10) {
    feed.devicesChanged(['a', 'gone', time < 500 ? 'b' : 'c']);
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(500);
  const devices = heard.flatMap((event) =>
    event.type === 'devices' ? [event.devices.map(({ id }) => id)] : [],
  );
  expect(devices).toEqual([
    ['a', 'b'],
    ['a', 'c'],
  ]);
  expect(viewed).toHaveLength(6);
});

test('rounds, runs and log entries come with them, in order', () => {
  const heard = listen();
  heard.length = 0;
  const rounds = [1, 2].map((round) => ({ round }) as RoundView);
  for (const round of rounds) feed.roundFinished(round);
  feed.runChanged('run');
  feed.logged(entryOf('one'));
  feed.logged(entryOf('two'));
  vi.advanceTimersByTime(500);
  expect(heard).toEqual([
    { type: 'rounds', rounds },
    { type: 'runs', runs: [{ id: 'run' }] },
    { type: 'log', entries: [entryOf('one'), entryOf('two')] },
  ]);
});

test('what nobody listens to costs nothing', () => {
  feed.devicesChanged(['a']);
  expect(vi.getTimerCount()).toBe(0);
  const heard: LiveEvent[] = [];
  feed.subscribe((event) => heard.push(event))();
  heard.length = 0;
  feed.devicesChanged(['a']);
  vi.advanceTimersByTime(1000);
  expect([heard, viewed]).toEqual([[], []]);
});
