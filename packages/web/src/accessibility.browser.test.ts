import { classes, SmallRun, texts } from '@legend-fl/device/testing';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findBarriers, tabThrough } from './testing/find-barriers.fixture.ts';
import { desktop, launchPageBrowser, type PageBrowser, phone } from './testing/open-page.fixture.ts';
import { type SampleCoordinator, startSampleCoordinator } from './testing/sample-coordinator.fixture.ts';
import { type SampleRun, sampleRun } from './testing/sample-run.fixture.ts';
import { servePages } from './testing/serve-pages.fixture.ts';

let browser: PageBrowser;
beforeAll(async () => {
  browser = await launchPageBrowser();
});
afterAll(() => browser?.close());

const looks = [
  { name: 'desktop, light', ...desktop, colorScheme: 'light' },
  { name: 'phone, dark', ...phone, colorScheme: 'dark' },
] as const;
type Look = BrowserContextOptions & { readonly name: string };

async function openLive(
  { name: _, ...look }: Look,
  signedIn = true,
): Promise<[Page, SampleCoordinator, SampleRun]> {
  const sample = sampleRun({ devices: 12, rounds: 8 });
  const coordinator = await startSampleCoordinator(sample);
  const fragment = signedIn ? `#operator=${coordinator.token}` : '';
  const { page } = await browser.open(`${coordinator.origin}/${fragment}`, look);
  onTestFinished(async () => {
    await page.context().close();
    await coordinator.goAway();
  });
  return [page, coordinator, sample];
}

describe.each(looks)('$name: nothing bars the way to', (look) => {
  test('signing in', async () => {
    const [page] = await openLive(look, false);
    await page.getByLabel('Operator token').fill('lo_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This is not the operator’s token.').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    expect(await tabThrough(page)).toEqual({ unreached: [], unseen: [] });
  });

  test('taking part with a browser', async () => {
    const small = new SmallRun();
    await small.start();
    const pages = await servePages(small.server.url);
    const { name: _, ...options } = look;
    const { page } = await browser.open(`${pages.origin}/join`, options);
    onTestFinished(async () => {
      await page.context().close();
      await pages.stop();
      await small.server.stop();
    });
    await page.getByLabel('Join token').fill('lj_x');
    await page.getByText('Advanced options', { exact: true }).click();
    const rows = texts.map(({ text, label }) => `${text},${classes[label]}`);
    const buffer = Buffer.from(`text,label\n${rows.join('\n')}\n`);
    await page.getByLabel(/^Data/).setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer });
    await page.getByText('30 examples').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    expect(await tabThrough(page)).toEqual({ unreached: [], unseen: [] });
    small.assign(1);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('cell', { name: 'accepted' }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    expect(await tabThrough(page)).toEqual({ unreached: [], unseen: [] });
    expect(await page.title()).toMatch(/^(Waiting|Sending).* – Legend$/);
  });
});

describe.each([
  ...looks,
  { name: 'desktop, dark', ...desktop, colorScheme: 'dark' },
  { name: 'phone, light', ...phone, colorScheme: 'light' },
] as const)('$name: nothing bars the way to', (look) => {
  test('a run and its devices', async () => {
    const [page, coordinator, { run, rounds }] = await openLive(look);
    await page.getByRole('img', { name: 'Blocks that each device trained' }).waitFor();
    coordinator.tell({ type: 'runs', runs: [{ ...run, id: 'run-2', name: 'Second', status: 'waiting' }] });
    coordinator.tell({ type: 'rounds', rounds: rounds.map((round) => ({ ...round, run: 'run-2' })) });
    await page.getByText('Compare runs').click();
    await page.getByText('Start another run').click();
    await page.getByRole('button', { name: 'Make invitation' }).click();
    await page.getByRole('button', { name: 'Copy: Command, for a machine' }).waitFor();
    await page.getByRole('combobox', { name: /^State/ }).selectOption('all');
    expect(await findBarriers(page)).toEqual([]);
    expect(await tabThrough(page)).toEqual({ unreached: [], unseen: [] });
  });

  test('what is wrong with a run and its devices', async () => {
    const [page, coordinator, { run }] = await openLive(look);
    await page.getByText('Live', { exact: true }).waitFor();
    const warning = 'Two devices can infer each other’s updates.';
    const about = 'Set aside: its stored events cannot be read.';
    coordinator.tell({ type: 'runs', runs: [{ ...run, status: 'failed', about, warning }] });
    await page.getByText(about, { exact: true }).waitFor();
    await page.getByRole('combobox', { name: /^State/ }).selectOption('attention');
    await page.locator('.device-note').first().press('Enter');
    await page.locator('.whole-note:popover-open').waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });
});

test('a lost connection is read out once, not with every second of the wait', async () => {
  const [page, coordinator] = await openLive(looks[0]);
  await page.getByText('Live', { exact: true }).waitFor();
  await coordinator.goAway();
  await page.getByText('Next try in').waitFor();
  const spoken = await page.getByRole('status').allTextContents();
  expect(spoken.join(' ')).toContain('Not connected.');
  expect(spoken.join(' ')).not.toContain('Next try');
  await coordinator.comeBack();
});
