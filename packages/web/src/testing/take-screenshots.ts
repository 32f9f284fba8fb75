/**
 * Takes the pictures of the pages for README.md: the live page over a sample run, the join page with a device that really
 * trains. `node take-screenshots.ts` writes them to docs/; with a folder, it writes all variants there, to look at.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { classes, texts } from '@legend-fl/device/testing';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { desktop, launchPageBrowser, type PageBrowser, phone } from './open-page.fixture.ts';
import { startSampleCoordinator } from './sample-coordinator.fixture.ts';
import { sampleRun } from './sample-run.fixture.ts';
import { startCoordinator } from './start-coordinator.fixture.ts';

const docs = fileURLToPath(new URL('../../../../docs/', import.meta.url));
const data = Buffer.from(
  `text,label\n${texts.map(({ text, label }) => `${text},${classes[label]}`).join('\n')}\n`,
);
const [folder] = process.argv.slice(2);
const browser = await launchPageBrowser();
try {
  if (folder === undefined) {
    const size = { width: 1280, height: 1624 };
    await takeLivePage(
      browser,
      { ...desktop, viewport: size, colorScheme: 'light' },
      picture(docs, 'live-page'),
    );
    await takeJoinPage(
      browser,
      { ...desktop, viewport: { width: 1280, height: 1200 }, colorScheme: 'light' },
      picture(docs, 'join-page'),
    );
  } else {
    mkdirSync(folder, { recursive: true });
    for (const [name, device] of Object.entries({ desktop, phone })) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const options = { ...device, colorScheme };
        const variant = `${name}-${colorScheme}`;
        await takeSignIn(browser, options, picture(folder, `sign-in-${variant}`, true));
        await takeLivePage(browser, options, picture(folder, `live-${variant}`, true));
        await takeEmptyRun(browser, options, picture(folder, `empty-${variant}`, true));
        await takeJoinForm(browser, options, picture(folder, `form-${variant}`, true));
        await takeJoinPage(browser, options, picture(folder, `join-${variant}`, true));
      }
    }
  }
} finally {
  await browser.close();
}

type Take = (page: Page) => Promise<unknown>;

function picture(target: string, name: string, fullPage = false): Take {
  return (page) => page.screenshot({ path: join(target, `${name}.png`), fullPage, animations: 'disabled' });
}

async function takeLivePage(browser: PageBrowser, options: BrowserContextOptions, take: Take): Promise<void> {
  const coordinator = await startSampleCoordinator(sampleRun({ devices: 12, rounds: 8 }));
  const { page } = await browser.open(`${coordinator.origin}/#operator=${coordinator.token}`, options);
  await page.getByRole('img', { name: 'Blocks that each device trained' }).waitFor();
  await take(page);
  await page.context().close();
  await coordinator.goAway();
}

async function takeEmptyRun(browser: PageBrowser, options: BrowserContextOptions, take: Take): Promise<void> {
  const coordinator = await startSampleCoordinator(sampleRun({ devices: 0, rounds: 0 }));
  const { page } = await browser.open(`${coordinator.origin}/#operator=${coordinator.token}`, options);
  await page.getByText('Start another run').click();
  await page.getByRole('button', { name: 'Make invitation' }).click();
  await page.getByRole('button', { name: 'Copy: Command, for a machine' }).waitFor();
  await take(page);
  await page.context().close();
  await coordinator.goAway();
}

async function takeJoinForm(browser: PageBrowser, options: BrowserContextOptions, take: Take): Promise<void> {
  const coordinator = await startSampleCoordinator(sampleRun({}));
  const { page } = await browser.open(`${coordinator.origin}/join`, options);
  await page.getByRole('button', { name: /^Use a sample/ }).click();
  await page.getByText('Advanced options', { exact: true }).click();
  await page.getByText('32 examples').waitFor();
  await take(page);
  await page.context().close();
  await coordinator.goAway();
}

async function takeSignIn(browser: PageBrowser, options: BrowserContextOptions, take: Take): Promise<void> {
  const coordinator = await startSampleCoordinator(sampleRun({}));
  const { page } = await browser.open(coordinator.origin, options);
  await page.getByLabel('Operator token').fill('lo_wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').filter({ visible: true }).waitFor();
  await take(page);
  await page.context().close();
  await coordinator.goAway();
}

/** A device that has some rounds behind it. */
async function takeJoinPage(browser: PageBrowser, options: BrowserContextOptions, take: Take): Promise<void> {
  const coordinator = await startCoordinator({
    name: 'Seasons',
    rounds: 12,
    evaluate: 'devices',
    gatherSeconds: 0,
    local: { steps: 150, maxLength: 16, learningRate: 2e-4 },
  });
  try {
    const { page } = await browser.open(coordinator.joinLink, options);
    await page.getByLabel('Name of this device').fill('kitchen tablet');
    await page.getByLabel(/^Data/).setInputFiles({ name: 'notes.csv', mimeType: 'text/csv', buffer: data });
    await page.getByText('30 examples').waitFor();
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('heading', { level: 1, name: /^Training round [45]/ }).waitFor();
    await page.getByText(/^step [4-9]\d /).waitFor();
    await take(page);
    await page.context().close();
  } finally {
    await coordinator.stop();
  }
}
