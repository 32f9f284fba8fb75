import { sampleRun } from '@legend-fl/runs/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchReportBrowser, type ReportBrowser, sectionOf } from './open-report.fixture.ts';

const sample = sampleRun({ dropouts: true });
let browser: ReportBrowser;
let page: Page;
beforeAll(async () => {
  browser = await launchReportBrowser();
  ({ page } = await browser.open(sample));
});
afterAll(() => browser?.close());

const tip = () => page.locator('.tip');
const chartOf = (heading: string) => sectionOf(page, heading).locator('svg:visible');

test('over the accuracy shows every strategy at the nearest round, and a crosshair', async () => {
  const chart = chartOf('Accuracy');
  const box = await chart.boundingBox();
  await chart.hover({ position: { x: (box?.width ?? 0) - 60, y: 100 } });
  const last = sample.rounds.get('fedlora')?.at(-1);
  await expect.poll(() => tip().textContent()).toMatch(/legend .*%, .* s, round 60/);
  expect(await tip().textContent()).toContain(
    `fedlora ${((last?.accuracy ?? 0) * 100).toFixed(1)}%, ${last?.virtualSeconds.toFixed(0)} s, round 60`,
  );
  expect(await chart.locator('.dot').count()).toBe(2);
  expect(await chart.locator('.crosshair').count()).toBe(1);
});

test('the accuracy is walked through with the keyboard alone', async () => {
  await page.mouse.move(0, 0);
  await page.getByRole('radio', { name: 'Virtual time' }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowLeft');
  expect(await tip().textContent()).toContain('round 60');
  await page.keyboard.press('ArrowLeft');
  expect(await tip().textContent()).toContain('round 59');
  await page.keyboard.press('ArrowLeft');
  expect(await tip().textContent()).toContain('round 58');
  await page.keyboard.press('Tab');
  expect(await tip().isVisible()).toBe(false);
});

test('several seeds show mean and range', async () => {
  const runs = [1, 2].map((seed) => sampleRun({ name: `x/seed-${seed}`, seed, rounds: 20, devices: 6 }));
  const { page: other } = await browser.open(runs);
  const chart = other.locator('figure[data-name=accuracy] svg:visible');
  await chart.hover({ position: { x: 300, y: 100 } });
  expect(await other.locator('.tip').textContent()).toMatch(
    /legend \d+\.\d%, \d+\.\d% to \d+\.\d%, \d+\.\d+ s/,
  );
  expect(await chart.locator('.band').count()).toBe(2);
  expect(await chart.locator('.seed').count()).toBe(4);
  await other.close();
});

test('over a depth map names device, depth and round of the cell', async () => {
  const map = chartOf('Depth of every device').first();
  const cells = await map.locator('.hit').boundingBox();
  const [left, width] = [(cells?.x ?? 0) - ((await map.boundingBox())?.x ?? 0), cells?.width ?? 0];
  const devices = (sample.rounds.get('legend')?.[32]?.devices ?? []).filter(({ id }) =>
    id.startsWith('jetson-tx2'),
  );
  const [{ id, depth } = { id: '', depth: 0 }] = devices;
  // The first row of the first group, below its heading of 20 units.
  await map.hover({ position: { x: left + (32.5 / 60) * width, y: 25 } });
  expect(await tip().textContent()).toBe(`${depth === 1 ? '1 block' : `${depth} blocks`}${id}, round 33`);
});

test('over a timeline tells the phases of the device', async () => {
  const chart = chartOf('One round, device by device');
  await chart.hover({ position: { x: 300, y: 5 } });
  const [device] = sample.rounds.get('legend')?.[0]?.devices ?? [];
  const text = await tip().textContent();
  expect(text).toContain(device?.id);
  expect(text).toMatch(/download.* sforward.* sbackward.* supload.* s/);
  await chart.focus();
  await page.keyboard.press('ArrowDown');
  expect(await tip().textContent()).not.toBe(text);
  await chart.blur();
});

test('over a device’s mark tells its capacity', async () => {
  await chartOf('The fleet’s capacities').last().locator('.device').first().hover({ force: true });
  expect(await tip().textContent()).toMatch(
    /^jetson-.*: forward .* s, backward .* s per block; up .* Mb\/s, down/,
  );
});

test('over a rank bar shows rank and share of devices, and away from it nothing', async () => {
  await chartOf('Rank distribution').first().locator('.bar').last().hover();
  expect(await tip().textContent()).toBe('Block 6: rank 12, trained by 100% of devices');
  await page.mouse.move(5, 5);
  expect(await tip().isVisible()).toBe(false);
});
