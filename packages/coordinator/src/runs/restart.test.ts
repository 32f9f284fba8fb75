import { WriteError } from '@legend-fl/base/node';
import { afterEach, describe, expect, test } from 'vitest';
import { makeRun, openPlace, type Place, type TestDevice, tinyModel, until } from '../testing/coordinator.fixture.ts';
import type { RunStore, Store } from '../store/store.ts';

/** What a coordinator is after it was closed and opened again, and while it cannot store. */

const open: Place[] = [];
async function newPlace(changes: Parameters<typeof openPlace>[0] = {}): Promise<Place> {
  const place = await openPlace(changes);
  open.push(place);
  return place;
}
afterEach(async () => {
  for (const { coordinator } of open) await coordinator.stop();
  for (const { store } of open.splice(0)) await store.close();
});

/** Closes the coordinator and opens another on the same store, to which the devices turn. */
async function restart({ coordinator, ...kept }: Place, devices: readonly TestDevice[]): Promise<Place> {
  await coordinator.stop();
  const place = await newPlace(kept);
  for (const device of devices) device.coordinator = place.coordinator;
  return place;
}

const settings = {
  data: null,
  classes: ['bad', 'good'],
  rounds: 1,
  roundDeadline: { factor: 1, graceSeconds: 300, maximumSeconds: 300 },
};

const hasEnded = ({ status }: { readonly status: string }) => status === 'finished';

describe('after a restart', () => {
  test('a run that waits for devices still does, and knows their capacities', async () => {
    const first = await newPlace();
    const { run, devices } = await makeRun(first, settings);
    for (const device of devices.slice(0, 2)) await device.reportCapacity();
    const { coordinator } = await restart(first, devices);
    await until(coordinator, run, ({ about }) => about === 'waits for devices: 0 of at least 3 are ready');
    await devices[2]?.reportCapacity();
    const assignments = await Promise.all(devices.map((device) => device.awaitTraining()));
    expect(assignments.map((assignment) => assignment?.round)).toEqual([1, 1, 1]);
  });

  test('devices have the same assignments, and updates that were accepted count once', async () => {
    const first = await newPlace();
    const { run, devices } = await makeRun(first, settings);
    const [one, two, three] = devices as [TestDevice, TestDevice, TestDevice];
    for (const device of devices) await device.reportCapacity();
    const before = await Promise.all(devices.map((device) => device.awaitTraining()));
    await one.work();
    const { coordinator } = await restart(first, devices);
    expect(await one.poll(50)).toBe(null);
    for (const [index, device] of [two, three].entries()) {
      const again = await device.awaitTraining();
      expect(again).toEqual({ ...before[index + 1], secondsLeft: expect.any(Number) });
      expect(again?.secondsLeft).toBeLessThan(before[index + 1]?.secondsLeft ?? 0);
    }
    const assignment = before[0];
    if (assignment === undefined) throw new Error('no assignment');
    const { report } = await one.train(assignment);
    expect(await one.hand(report)).toBe('repeated');
    await Promise.all(devices.map((device) => device.takePart()));
    await until(coordinator, run, hasEnded);
    expect(await coordinator.forOperators.roundRecords(run)).toMatchObject([
      { round: 1, devices: [{ examples: 12 }, { examples: 16 }, { examples: 20 }] },
    ]);
    expect(coordinator.forOperators.listDevices().map(({ updates }) => updates)).toEqual([1, 1, 1]);
  });

  test('a deadline that has passed meanwhile closes the round', async () => {
    const first = await newPlace();
    const roundDeadline = { factor: 1, graceSeconds: 600, maximumSeconds: 600 };
    const { run, devices } = await makeRun(first, { ...settings, roundDeadline, rounds: 2 });
    for (const device of devices) await device.reportCapacity();
    const [one] = devices as [TestDevice];
    const [{ deadlineAt }] = await Promise.all([
      until(first.coordinator, run, ({ phase }) => phase === 'collecting'),
      ...devices.map((device) => device.poll()),
    ]);
    await one.work();
    await first.coordinator.stop();
    const laterMs = (deadlineAt ?? 0) - Date.now();
    const { coordinator } = await newPlace({ ...first, now: () => Date.now() + laterMs });
    await until(coordinator, run, ({ phase }) => phase === 'evaluating');
    const [entry] = coordinator.forOperators.listRuns();
    expect(entry?.devices).toMatchObject({ assigned: 3, updated: 1 });
  });

  test('scores are asked for again', async () => {
    const first = await newPlace();
    const { run, devices } = await makeRun(first, settings);
    for (const device of devices) await device.reportCapacity();
    await Promise.all(devices.map((device) => device.work()));
    const [one] = devices as [TestDevice];
    await one.work();
    const { coordinator } = await restart(first, devices);
    await Promise.all(devices.map((device) => device.takePart()));
    await until(coordinator, run, hasEnded);
    expect(await coordinator.forOperators.roundRecords(run)).toMatchObject([
      { deviceEvaluation: { devices: 3, examples: 60 } },
    ]);
  });

  test('a run that is over needs neither its model nor its devices to be shown', async () => {
    const first = await newPlace();
    const { run } = await makeRun(first, settings);
    await first.coordinator.forOperators.stopRun(run);
    await first.coordinator.stop();
    const gone = () => Promise.reject(new Error('the model is gone'));
    const { coordinator } = await newPlace({ ...first, resolveModel: gone });
    expect(coordinator.forOperators.listRuns()).toMatchObject([
      { id: run, status: 'finished', about: 'The operator has ended the run.' },
    ]);
  });

  test('a run whose model has changed is set aside with the reason, and the others go on', async () => {
    const first = await newPlace();
    const { run, devices } = await makeRun(first, settings);
    const other = await makeRun(first, { ...settings, name: 'Other run', model: 'other' }, 0);
    await first.coordinator.stop();
    const resolveModel = async (ref: string) =>
      ref === 'other' ? tinyModel : { ...tinyModel, sha256: 'cd'.repeat(32) };
    const log: string[] = [];
    const { coordinator } = await newPlace({
      ...first,
      resolveModel,
      log: ({ level, text }) => log.push(`${level}: ${text}`),
    });
    const views = coordinator.forOperators.listRuns();
    expect(views.map(({ id, status }) => [id, status])).toEqual([
      [other.run, 'waiting'],
      [run, 'failed'],
    ]);
    const reason = 'expected the model that the run began with';
    expect(views[1]?.about).toContain(reason);
    expect(log).toEqual([expect.stringMatching(`^error: The run is set aside: .*${reason}`)]);
    const [device] = devices as [TestDevice];
    device.coordinator = coordinator;
    await expect(device.reportCapacity()).rejects.toMatchObject({ code: 'run-set-aside' });
    await expect(coordinator.forOperators.stopRun(run)).rejects.toMatchObject({ code: 'run-set-aside' });
    await coordinator.stop();
    const mended = await newPlace(first);
    expect(mended.coordinator.forOperators.listRuns()).toMatchObject([
      { status: 'waiting' },
      { status: 'waiting' },
    ]);
  });

  test('a run whose log is damaged is set aside, and its blobs stay', async () => {
    const first = await newPlace();
    const { run, devices } = await makeRun(first, settings);
    for (const device of devices) await device.reportCapacity();
    await devices[0]?.awaitTraining();
    await first.coordinator.stop();
    const damaged: Store = {
      ...first.store,
      devices: first.store.devices,
      tokens: first.store.tokens,
      secrets: first.store.secrets,
      check: () => first.store.check(),
      close: () => first.store.close(),
      runs: {
        ...first.store.runs,
        loadProgress: async (id) => ({
          ...(await first.store.runs.loadProgress(id)),
          events: [{ sequence: 99, at: 1, event: { type: 'aggregated', round: 7 }, details: null }],
        }),
      },
    };
    const { coordinator } = await newPlace({ ...first, store: damaged });
    expect(coordinator.forOperators.listRuns()).toMatchObject([
      { id: run, status: 'failed', about: expect.stringContaining('does not fit') },
    ]);
    await coordinator.stop();
    const { coordinator: mended } = await newPlace(first);
    for (const device of devices) device.coordinator = mended;
    const assignments = await Promise.all(devices.map((device) => device.awaitTraining()));
    expect(assignments.map((assignment) => assignment?.round)).toEqual([1, 1, 1]);
  });
});

/** A store that can be told to fail, as of a full disk or of a mistake in this program. */
function failingStore(store: Store) {
  const fails = { append: false, snapshot: false, mistaken: false };
  const full = () =>
    new WriteError('coordinator.sqlite', Object.assign(new Error('full'), { code: 'ENOSPC' }));
  const { runs } = store;
  const failing: RunStore = {
    create: (run) => runs.create(run),
    list: () => runs.list(),
    loadProgress: (run) => runs.loadProgress(run),
    appendEvents: async (run, events) => {
      if (fails.append) throw full();
      const isPlan = events.some(({ event }) => event.type === 'planned');
      if (fails.mistaken && isPlan) throw new TypeError('events.map is not a function');
      await runs.appendEvents(run, events);
    },
    saveSnapshot: async (run, snapshot, finished) => {
      if (fails.snapshot) throw full();
      await runs.saveSnapshot(run, snapshot, finished);
    },
    listRounds: (run, after) => runs.listRounds(run, after),
    listLog: (count) => runs.listLog(count),
    appendLog: (entries) => runs.appendLog(entries),
  };
  const { devices, tokens, secrets } = store;
  const wrapped: Store = {
    devices,
    tokens,
    secrets,
    runs: failing,
    check: () => store.check(),
    close: () => store.close(),
  };
  return { wrapped, fails };
}

describe('while the disk is full', () => {
  test('an update is refused as a whole, and counts once there is room', async () => {
    const { dir, store, coordinator: unused } = await openPlace();
    await unused.stop();
    const { wrapped, fails } = failingStore(store);
    const place = await newPlace({ dir, store: wrapped });
    const { run, devices } = await makeRun(place, settings);
    const [one] = devices as [TestDevice];
    for (const device of devices) await device.reportCapacity();
    const [assignment] = await Promise.all(devices.map((device) => device.awaitTraining()));
    if (assignment === undefined) throw new Error('no assignment');
    const { message, report } = await one.train(assignment);
    await one.upload(message);
    fails.append = true;
    await expect(one.hand(report)).rejects.toMatchObject({ name: 'WriteError', code: 'disk-full' });
    expect(place.coordinator.forOperators.listRuns()[0]?.devices.updated).toBe(0);
    fails.append = false;
    expect(await one.hand(report)).toBe('accepted');
    await Promise.all(devices.map((device) => device.takePart()));
    await until(place.coordinator, run, hasEnded);
  });

  test('a snapshot is tried again, and the run says why it waits', async () => {
    const { dir, store, coordinator: unused } = await openPlace();
    await unused.stop();
    const { wrapped, fails } = failingStore(store);
    const place = await newPlace({ dir, store: wrapped });
    const { run, devices } = await makeRun(place, settings);
    fails.snapshot = true;
    for (const device of devices) await device.reportCapacity();
    await Promise.all(devices.map((device) => device.work()));
    const held = await until(place.coordinator, run, ({ about }) => about.includes('full disk'));
    expect(held.status).toBe('waiting');
    await Promise.all(devices.map((device) => device.work()));
    fails.snapshot = false;
    await until(place.coordinator, run, ({ about }) => about === 'All rounds are done.');
    const { snapshot } = await until(place.coordinator, run, hasEnded).then(async () => {
      for (;;) {
        const progress = await store.runs.loadProgress(run);
        if (progress.snapshot?.state.phase === 'finished') return progress;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    });
    expect(snapshot?.state).toMatchObject({ phase: 'finished', round: 1 });
    expect(await store.runs.listRounds(run)).toHaveLength(1);
  });
});

test('a mistake of the program sets the run aside, with the reason, until the next start', async () => {
  const { dir, store, coordinator: unused } = await openPlace();
  await unused.stop();
  const { wrapped, fails } = failingStore(store);
  const log: string[] = [];
  const place = await newPlace({ dir, store: wrapped, log: ({ level, text }) => log.push(`${level}: ${text}`) });
  const { run, devices } = await makeRun(place, settings);
  const other = await makeRun(place, { ...settings, name: 'Other run' }, 0);
  fails.mistaken = true;
  for (const device of devices.slice(1)) await device.reportCapacity();
  const [last, waiting] = devices as [TestDevice, TestDevice];
  const refused = expect(waiting.poll()).rejects.toMatchObject({ code: 'run-set-aside' });
  // Now a round can be planned, which cannot be stored.
  await last.reportCapacity();
  const { about } = await until(place.coordinator, run, ({ status }) => status === 'failed');
  expect(about).toMatch(/^It is set aside, and the other runs go on: TypeError: events\.map is not a function/);
  expect(log.filter((line) => line.startsWith('error'))).toEqual([
    expect.stringMatching(/^error: The run is set aside: TypeError: events\.map is not a function \(at /),
  ]);
  await refused;
  await expect(last.reportCapacity()).rejects.toMatchObject({ code: 'run-set-aside' });
  expect(place.coordinator.forOperators.listRuns().find(({ id }) => id === other.run)?.status).toBe('waiting');
  await place.coordinator.stop();
  const { coordinator } = await newPlace({ dir, store });
  for (const device of devices) device.coordinator = coordinator;
  const assignments = await Promise.all(devices.map((device) => device.awaitTraining()));
  expect(assignments.map((assignment) => assignment?.round)).toEqual([1, 1, 1]);
});
