import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classes, texts } from '@legend-fl/device/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchPageBrowser, type PageBrowser } from './testing/open-page.fixture.ts';
import { runCommand } from './testing/run-command.fixture.ts';
import { startCoordinator, tinyModel } from './testing/start-coordinator.fixture.ts';

let browser: PageBrowser;
beforeAll(async () => {
  browser = await launchPageBrowser();
});
afterAll(() => browser?.close());

const rows = texts.map(({ text, label }) => `${text},${classes[label]}`);
const buffer = Buffer.from(`text,label\n${rows.join('\n')}\n`);

async function joinWith(page: Page): Promise<void> {
  await page.getByLabel('Name of this device').fill('the tab');
  await page.getByLabel(/^Data/).setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer });
  await page.getByRole('button', { name: 'Join' }).click();
}

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
  await joinWith(device.page);
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

test('a tab and a machine finish a run together, though the tab crashes in the middle', async () => {
  const coordinator = await startCoordinator({
    rounds: 4,
    minimumDevices: 2,
    minimumUpdates: 2,
    evaluate: 'devices',
    local: { steps: 200, maxLength: 16 },
  });
  onTestFinished(() => coordinator.stop());
  const data = join(await mkdtemp(join(tmpdir(), 'legend-data-')), 'b.csv');
  await writeFile(data, buffer);
  const machine = runCommand(
    ...['join', coordinator.url, '--token', coordinator.joinToken, '--data', data],
    ...['--name', 'the machine', '--max-threads', '1', '--json'],
  );
  onTestFinished(() => machine.kill());

  const tab = await browser.open(coordinator.joinLink);
  await joinWith(tab.page);
  await tab.page.getByRole('heading', { level: 1, name: /^Training round 2/ }).waitFor();
  const inspector = await tab.page.context().newCDPSession(tab.page);
  const crashed = tab.page.waitForEvent('crash');
  inspector.send('Page.crash').catch(() => {});
  await crashed;
  const next = await tab.page.context().newPage();
  await next.goto(`${coordinator.url}/join`);
  await next.getByRole('heading', { level: 1, name: /^The run is finished/ }).waitFor();
  const { updates } = JSON.parse(await machine.stdout) as { updates: number };
  expect(updates).toBe(4);
  await tab.page.context().close();

  // The folder is written once the devices know that the run is finished, its summary last.
  const summary = join(coordinator.runFolder, 'summary.json');
  await expect.poll(() => existsSync(summary)).toBe(true);
  const rounds = (await readFile(join(coordinator.runFolder, 'legend', 'rounds.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedRound);
  const both = [
    { kind: 'browser', dropped: undefined },
    { kind: 'node', dropped: undefined },
  ];
  expect(rounds).toHaveLength(4);
  for (const { devices } of rounds) {
    const done = devices.map(({ kind, dropped }) => ({ kind, dropped }));
    expect(done.sort((one, other) => one.kind.localeCompare(other.kind))).toEqual(both);
  }
  const devices = new Set(rounds.flatMap((round) => round.devices.map(({ id }) => id)));
  expect(devices.size).toBe(2);

  const adapter = join(coordinator.runFolder, 'adapter');
  const scored = await runCommand(
    ...['eval', '--model', tinyModel, '--data', data, '--adapter', adapter, '--json'],
  ).stdout;
  expect(JSON.parse(scored)).toMatchObject({ examples: texts.length });
});

interface RecordedRound {
  readonly devices: readonly { readonly id: string; readonly kind: string; readonly dropped?: string }[];
}
