import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { deviceCapacities } from './device-capacities.ts';
import { loadFleet } from './load-fleet.ts';

const folder = fileURLToPath(new URL('../../../../examples/02-your-own-fleet/', import.meta.url));

test.each(['office.yaml', 'flaky-jetsons.yaml'])('%s is a fleet whose devices come and go', async (file) => {
  const fleet = await loadFleet(`${folder}${file}`);
  const work = { forwardFlopsPerBlock: 3.2e9, backwardFlopsPerBlock: 2.9e9 };
  const devices = Array.from({ length: 50 }, (_, index) =>
    deviceCapacities(fleet, { round: index + 1, seed: 1, work }),
  ).flat();
  expect(devices.some(({ available }) => !available)).toBe(true);
  expect(devices.some(({ vanishes }) => vanishes !== null)).toBe(true);
  for (const { capacity } of devices) {
    for (const figure of Object.values(capacity)) expect(figure).toBeGreaterThan(0);
  }
});
