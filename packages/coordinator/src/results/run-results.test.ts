import { beforeAll, describe, expect, test } from 'vitest';
import {
  finalAdapter,
  makeRun,
  openPlace,
  type Place,
  type TestDevice,
  until,
} from '../testing/coordinator.fixture.ts';
import { type Crash, crashingStore } from '../testing/crashing-store.fixture.ts';

/** The same run ends with the same adapter to the bit, whatever happens on the way. */

const settings = { evaluate: 'both' };

async function finish({ coordinator, store, dir }: Place, run: string) {
  await until(coordinator, run, ({ status }) => status === 'finished');
  const records = await coordinator.forOperators.roundRecords(run);
  await coordinator.stop();
  await store.close();
  return { adapter: await finalAdapter({ dir }, run), records };
}

/** What of a record does not depend on time. */
function timeless(records: readonly unknown[]): unknown {
  return (records as Record<string, unknown>[]).map(
    ({
      round,
      accuracy,
      loss,
      bytesUp,
      bytesDown,
      rankDistribution,
      deviceEvaluation,
      trainingLoss,
      devices,
    }) => ({
      round,
      accuracy,
      loss,
      bytesUp,
      bytesDown,
      rankDistribution,
      deviceEvaluation,
      trainingLoss,
      devices: (devices as Record<string, unknown>[]).map(({ seconds: _, ...device }) => device),
    }),
  );
}

let expected: Awaited<ReturnType<typeof finish>>;
beforeAll(async () => {
  const place = await openPlace();
  const { run, devices } = await makeRun(place, settings);
  await Promise.all(devices.map((device) => device.takePart()));
  expected = await finish(place, run);
});

function expectSame(result: Awaited<ReturnType<typeof finish>>): void {
  expect(result.adapter).toBe(expected.adapter);
  expect(timeless(result.records)).toEqual(timeless(expected.records));
}

test('updates that arrive in another order', async () => {
  const place = await openPlace();
  const { run, devices } = await makeRun(place, settings);
  await Promise.all(devices.map((device) => device.reportCapacity()));
  const [one, two, three] = devices as [TestDevice, TestDevice, TestDevice];
  for (const order of [
    [three, one, two],
    [two, three, one],
  ]) {
    const trained = await Promise.all(
      order.map(async (device) => {
        const assignment = await device.awaitTraining();
        if (assignment === undefined) throw new Error('the run is over too early');
        return device.train(assignment);
      }),
    );
    for (const [index, { message, report }] of trained.entries()) {
      const device = order[index] as TestDevice;
      await device.upload(message);
      expect(await device.hand(report)).toBe('accepted');
    }
    await Promise.all(order.map((device) => device.work()));
  }
  expectSame(await finish(place, run));
});

test('updates that are sent five times', async () => {
  const place = await openPlace();
  const { run, devices } = await makeRun(place, settings);
  const takePart = async (device: TestDevice) => {
    await device.reportCapacity();
    for (
      let assignment = await device.poll();
      assignment?.kind !== 'finished';
      assignment = await device.poll()
    ) {
      if (assignment?.kind === 'evaluate') await device.score(assignment);
      if (assignment?.kind !== 'train') continue;
      const { message, report } = await device.train(assignment);
      await device.upload(message);
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => device.hand(report)));
      expect(answers.sort()).toEqual(['accepted', 'repeated', 'repeated', 'repeated', 'repeated']);
    }
  };
  await Promise.all(devices.map(takePart));
  expect(place.coordinator.figures.updatesAccepted).toBe(6);
  expectSame(await finish(place, run));
});

describe('a process that goes down again and again, each time one write further,', () => {
  test.each<Crash>(['before', 'after'])('%s the write is done', async (crash) => {
    let place = await openPlace();
    const { dir, store } = place;
    const { run, devices } = await makeRun(place, settings);
    for (const device of devices) await device.reportCapacity();
    await place.coordinator.stop();
    /** Another process on what the last one has left. Resolves when it has gone down as well. */
    const nextProcess = async (): Promise<'down'> => {
      const { store: fragile, crashed } = crashingStore(store, crash === 'before' ? 1 : 0, crash);
      const last = place.coordinator;
      place = await openPlace({ dir, store: fragile });
      for (const device of devices) device.coordinator = place.coordinator;
      void last.stop();
      await crashed;
      return 'down';
    };
    const takePart = async (device: TestDevice) => {
      for (;;) {
        try {
          if (!(await device.work())) return;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    };
    let crashes = 0;
    let process = nextProcess();
    const played = Promise.all(devices.map(takePart));
    while ((await Promise.race([process, played])) === 'down') {
      crashes++;
      process = nextProcess();
    }
    expect(crashes).toBeGreaterThanOrEqual(10);
    const last = place.coordinator;
    place = await openPlace({ dir, store });
    await last.stop();
    expectSame(await finish(place, run));
  });
});
