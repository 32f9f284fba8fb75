import { expect, test, vi } from 'vitest';
import { Deployment, expectedAdapter, undisturbedAdapter } from './deployment.fixture.ts';
import { secondsHere } from './seconds-here.fixture.ts';

/** What the report of an update says. */
const [REPORT_1, REPORT_2] = ['"round":1,"attempt"', '"round":2,"attempt"'];

vi.setConfig({ testTimeout: 900_000 });

test('two runs of the same devices end with the same bits', async () => {
  expect(await undisturbedAdapter()).toBe(await expectedAdapter());
});

test('a device that is killed while it trains trains again, to the same bits', async () => {
  const adapter = await expectedAdapter();
  const deployment = await Deployment.make();
  await deployment.start();
  const network = await deployment.network();
  let isKilled = false;
  const fetching = network.seenAfter(REPORT_1, 'GET /v1/blobs/', () => {
    // A device that is faster than the kill cannot hand in what it has trained.
    void network.seen('PATCH /v1/uploads/', () => isKilled || network.hold());
  });
  const killed = await deployment.join(1, { url: network.url });
  const other = await deployment.join(2);
  await fetching;
  await new Promise((resolve) => setTimeout(resolve, 40));
  await killed.kill();
  isKilled = true;
  network.mend();
  expect(killed.text).not.toMatch(/round 2: loss/);
  const again = await deployment.join(1, { url: network.url });
  const [said] = await again.says(/round 2: loss [\d.]+, (took|handed in, as finished before)/);
  if (!said.endsWith('took')) console.log('It was killed when it had just finished its training.');
  expect(await deployment.finish(again, other)).toBe(adapter);
  expect(await deployment.counted()).toEqual([3, 3]);
});

test('a device that is killed while it uploads goes on where the upload was', async () => {
  const adapter = await expectedAdapter();
  const deployment = await Deployment.make();
  await deployment.start();
  const network = await deployment.network();
  const uploading = network.seenAfter(REPORT_1, 'PATCH /v1/uploads/', () => network.stallAfter(2000));
  const killed = await deployment.join(1, { url: network.url });
  const other = await deployment.join(2);
  await uploading;
  await deployment.until(async () => (await deployment.partialUploads()).length > 0);
  await killed.kill();
  network.mend();
  const again = await deployment.join(1, { url: network.url });
  await again.says(/round 2: loss [\d.]+, sent again, as it was trained before/);
  expect(await deployment.finish(again, other)).toBe(adapter);
  expect(await deployment.counted()).toEqual([3, 3]);
  const offsets = [...network.sent.toString('latin1').matchAll(/upload-offset: (\d+)/gi)].map(([, at]) =>
    Number(at),
  );
  expect(offsets.filter((offset) => offset > 0)).toHaveLength(1);
});

test('an update whose answer is lost, and whose device is killed then, counts once', async () => {
  const adapter = await expectedAdapter();
  const deployment = await Deployment.make();
  await deployment.start();
  const [network, slow] = [await deployment.network(), await deployment.network()];
  // The round stays open as long as the other device owes its update.
  void slow.seen(REPORT_2, () => slow.hold());
  const reported = network.seen(REPORT_2, () => network.loseAnswers());
  const killed = await deployment.join(1, { url: network.url });
  const other = await deployment.join(2, { url: slow.url });
  await reported;
  await deployment.until(async () => (await deployment.devices())[0]?.status === 'updated');
  await killed.kill();
  expect(killed.text).not.toMatch(/round 2: loss/);
  network.mend();
  const again = await deployment.join(1, { url: network.url });
  slow.mend();
  expect(await deployment.finish(again, other)).toBe(adapter);
  expect(await deployment.counted()).toEqual([3, 3]);
});

test('an update counts once whose answer is lost until its round is over', async () => {
  const adapter = await expectedAdapter();
  const deployment = await Deployment.make();
  await deployment.start();
  const network = await deployment.network();
  const reported = network.seen(REPORT_2, () => network.loseAnswers());
  const killed = await deployment.join(1, { url: network.url });
  const other = await deployment.join(2);
  await reported;
  await deployment.until(async () => (await deployment.view()).round === 3);
  await killed.kill();
  network.mend();
  const again = await deployment.join(1, { url: network.url });
  expect(await deployment.finish(again, other)).toBe(adapter);
  expect(await deployment.counted()).toEqual([3, 3]);
});

test('a device that the network loses for longer than a round takes part in the next', async () => {
  const roundDeadline = { factor: 1, graceSeconds: await secondsHere(3) };
  const deployment = await Deployment.make({ roundDeadline, rounds: 4 });
  await deployment.start();
  const network = await deployment.network();
  const uploading = network.seenAfter(REPORT_1, 'PATCH /v1/uploads/', () => network.cut());
  const lost = await deployment.join(1, { url: network.url });
  const other = await deployment.join(2);
  await uploading;
  await deployment.coordinator.says(/Round 2 closed at its deadline/);
  network.mend();
  await lost.says(/round 2 continues without this device/);
  await deployment.finish(lost, other);
  const [ofLost = 0, ofOther] = await deployment.counted();
  expect(ofOther).toBe(4);
  // Of rounds 3 and 4 at least one; of round 2 none.
  expect([2, 3]).toContain(ofLost);
  expect(await deployment.dropped(2)).toEqual([expect.stringMatching(/had not answered/), undefined]);
});

test.each(['+1', '-1'])('a device whose clock is %s hour off takes part as any other', async (hours) => {
  const adapter = await expectedAdapter();
  const deployment = await Deployment.make();
  await deployment.start();
  const env = {
    NODE_OPTIONS: `--import ${new URL('wrong-clock.program.ts', import.meta.url)}`,
    CLOCK_OFFSET_MS: String(Number(hours) * 3600_000),
  };
  const devices = [await deployment.join(1, { env }), await deployment.join(2)];
  expect(await deployment.finish(...devices)).toBe(adapter);
  expect(devices[0]?.text).not.toMatch(/Trying again/);
  // The wrong clock was really there, and the coordinator saw it.
  expect(deployment.coordinator.text).toMatch(/"code":"credential-expired"/);
});
