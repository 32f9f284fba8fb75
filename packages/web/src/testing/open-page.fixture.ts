import { findChromium } from '@legend-fl/base/testing';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Pages in a real Chromium. */
export interface PageBrowser {
  open(address: string, options?: BrowserContextOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

export interface OpenPage {
  readonly page: Page;
  /** Everything the console was told, and addresses that the page asked for of other servers. */
  readonly complaints: string[];
}

export const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
export const phone: BrowserContextOptions = {
  viewport: { width: 360, height: 800 },
  hasTouch: true,
  isMobile: true,
};

export async function launchPageBrowser(): Promise<PageBrowser> {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-background-networking'],
  });
  return {
    open: async (address, options = desktop) => {
      const context = await browser.newContext(options);
      // Hanging is all that it is for, as the time limits of tests are.
      context.setDefaultTimeout(240_000);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        const { origin, protocol } = new URL(request.url());
        const own = ['blob:', 'data:'].includes(protocol) || origin === new URL(address).origin;
        if (!own) complaints.push(request.url());
      });
      await page.goto(address);
      return { page, complaints };
    },
    close: () => browser.close(),
  };
}
