import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium } from '@legend-fl/base/testing';
import type { SampleRun } from '@legend-fl/runs/testing';
import { type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { digestSamples } from './digest/digest-samples.fixture.ts';
import { renderReport } from './render-report.ts';

/** Reports in a real Chromium. */
export interface ReportBrowser {
  open(runs: SampleRun | readonly SampleRun[], options?: BrowserContextOptions): Promise<OpenReport>;
  close(): Promise<void>;
}

export interface OpenReport {
  readonly page: Page;
  /** Everything the console was told, and addresses that the page asked for other than its own. */
  readonly complaints: string[];
}

export const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
export const phone: BrowserContextOptions = { viewport: { width: 360, height: 800 } };

/** Charts that fit the width are drawn when the first frame is laid out, which on a busy machine is after loading. */
const AFTER_FIRST_FRAME =
  'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))';

export async function launchReportBrowser(): Promise<ReportBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'legend-report-'));
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-background-networking'],
  });
  return {
    open: async (runs, options = desktop) => {
      const path = join(folder, 'report.html');
      await writeFile(path, await renderReport(digestSamples(...('summary' in runs ? [runs] : runs))));
      const page = await browser.newPage(options);
      const address = pathToFileURL(path).href;
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        if (request.url() !== address && !request.url().startsWith('blob:')) complaints.push(request.url());
      });
      await page.goto(address);
      if (options.javaScriptEnabled !== false) await page.evaluate(AFTER_FIRST_FRAME);
      return { page, complaints };
    },
    close: async () => {
      await browser.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The section of the page with this heading. */
export function sectionOf(page: Page, heading: string): Locator {
  return page.locator('section', { has: page.locator(`h2:text-is("${heading}")`) });
}
