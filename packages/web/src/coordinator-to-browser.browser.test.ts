import { classes, texts } from '@legend/federation/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchPageBrowser, type PageBrowser } from './testing/open-page.fixture.ts';
import { startCoordinator } from './testing/start-coordinator.fixture.ts';

let browser: PageBrowser;
beforeAll(async () => {
  browser = await launchPageBrowser();
});
afterAll(() => browser?.close());

const rows = texts.map(({ text, label }) => `${text},${classes[label]}`);
const buffer = Buffer.from(`text,label\n${rows.join('\n')}\n`);

test('a browser trains all rounds of a real coordinator, whose operator follows and downloads the adapter', async () => {
  const coordinator = await startCoordinator({
    rounds: 3,
    evaluate: 'devices',
    gatherSeconds: 0,
    local: { steps: 4, maxLength: 16 },
  });
  onTestFinished(() => coordinator.stop());
  const live = await browser.open(coordinator.livePage);
  await live.page.getByRole('heading', { name: 'Tiny' }).waitFor();
  await live.page.getByText('Live', { exact: true }).waitFor();

  const device = await browser.open(coordinator.joinLink);
  await device.page.getByLabel('Name of this device').fill('the tab');
  await device.page.getByLabel(/^Data/).setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer });
  await device.page.getByRole('button', { name: 'Join' }).click();
  await device.page.getByRole('heading', { level: 1, name: /^The run is finished/ }).waitFor();
  const outcomes = await device.page.locator('table.rounds tbody td:last-child').allInnerTexts();
  expect(outcomes).toEqual(['accepted', 'accepted', 'accepted']);
  await device.page.getByText('Global accuracy here').waitFor();

  await live.page.locator('h1', { hasText: 'finished' }).waitFor();
  expect(await live.page.locator('.summary').textContent()).toContain('3 of 3');
  await live.page.getByRole('img', { name: 'Blocks that each device trained' }).waitFor();
  expect(await live.page.locator('.devices').textContent()).toContain('the tab');
  const download = live.page.waitForEvent('download');
  await live.page.getByRole('link', { name: 'Adapter, weights' }).click();
  expect((await download).suggestedFilename()).toBe('adapter_model.safetensors');
  expect([...live.complaints, ...device.complaints]).toEqual([]);
  for (const { page } of [live, device]) await page.context().close();
});
