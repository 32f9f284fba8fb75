import { classes, SmallRun, texts } from '@legend-fl/device/testing';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { desktop, launchPageBrowser, type PageBrowser, phone } from '../testing/open-page.fixture.ts';
import { type ServedPages, servePages } from '../testing/serve-pages.fixture.ts';

let browser: PageBrowser;
let small: SmallRun;
let pages: ServedPages;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  browser = await launchPageBrowser();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  small = new SmallRun();
  await small.start();
});
afterEach(async () => {
  await page.context().close();
  await pages.stop();
  await small.server.stop();
});

const rows = texts.map(({ text, label }) => `${text},${classes[label]}`);
const data = {
  name: 'films.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(`text,label\n${rows.join('\n')}\n`),
};

async function open(options: BrowserContextOptions & { isolated?: boolean } = {}): Promise<void> {
  const { isolated = true, ...context } = options;
  pages = await servePages(small.server.url, { isolated });
  ({ page, complaints } = await browser.open(`${pages.origin}/join#token=lj_x`, { ...desktop, ...context }));
  await page.getByRole('heading', { name: 'Take part with this browser' }).waitFor();
}

async function join(): Promise<void> {
  await page.getByLabel('Name of this device').fill('a tab');
  await page.getByLabel(/^Data/).setInputFiles(data);
  await page.getByText('30 examples').waitFor();
  await page.getByRole('button', { name: 'Join' }).click();
}

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const outcomes = () => page.locator('table.rounds tbody td:last-child').allInnerTexts();
const requests = (route: RegExp) => small.server.requests(route);

test('takes part in rounds until the run is finished, with nothing in the console', async () => {
  small.assign(1);
  small.assign(2);
  small.finish();
  await open();
  expect(page.url()).toBe(`${pages.origin}/join`);
  await join();
  await heading('The run is finished: all rounds done').waitFor();
  expect(await outcomes()).toEqual(['accepted', 'accepted']);
  expect(requests(/updates/)).toHaveLength(2);
  expect(small.server.uploads.size).toBe(2);
  const [enrolment] = requests(/devices/);
  expect(enrolment?.body).toMatchObject({
    token: 'lj_x',
    name: 'a tab',
    runtime: { kind: 'browser', about: expect.stringMatching(/^wasm, \d+ threads?$/) },
  });
  await page.getByRole('img', { name: 'Training loss of each step' }).waitFor();
  expect(complaints).toEqual([]);
});

test('loaded again it is the same device, with its data and its model, and goes on by itself', async () => {
  small.assign(1);
  await open();
  await join();
  await expect.poll(outcomes).toEqual(['accepted']);
  await heading('Waiting for the next round').waitFor();
  const key = small.server.key?.x;
  const fetched = requests(/blobs/).length;
  small.assign(2);
  small.finish();
  await page.reload();
  await heading('The run is finished: all rounds done').waitFor();
  expect(await outcomes()).toEqual(['accepted']);
  expect(requests(/POST .*devices/)).toHaveLength(1);
  expect(small.server.key?.x).toBe(key);
  // One adapter, and nothing of the base model.
  expect(requests(/blobs/)).toHaveLength(fetched + 1);
});

test('loaded again while the model comes, it fetches the rest of it', async () => {
  const { sha256, bytes = 0 } =
    small.server.run?.base.files.find(({ name }) => name.endsWith('.safetensors')) ?? {};
  const model = new RegExp(`blobs/${sha256}`);
  small.server.breakDown(model, { kind: 'cut-after', bytes: 60_000 });
  await open();
  await join();
  const there = page.getByText(/ kB of \d+ kB$/);
  await expect.poll(async () => Number.parseFloat((await there.textContent()) ?? '')).toBeGreaterThan(59);
  await page.reload();
  small.finish();
  await page.getByText('30 examples').waitFor();
  await page.getByRole('button', { name: 'Go on' }).click();
  await heading('The run is finished: all rounds done').waitFor();
  const [first, second, ...others] = requests(model);
  expect(others).toEqual([]);
  expect(first?.range).toBeUndefined();
  const from = Number(/^bytes=(\d+)-$/.exec(second?.range ?? '')?.[1]);
  expect(from).toBeGreaterThan(0);
  expect(from).toBeLessThan(bytes);
  expect(requests(/POST .*devices/)).toHaveLength(1);
});

test('a key is made that no script can read', async () => {
  await open();
  await join();
  await heading('Waiting for the next round').waitFor();
  const extractable = await page.evaluate(`new Promise((resolve) => {
    indexedDB.open('legend-device').onsuccess = ({ target: { result } }) => {
      const kept = result.transaction('kept').objectStore('kept');
      kept.getAllKeys().onsuccess = ({ target: { result: names } }) => {
        kept.get(names.find((name) => name.startsWith('key/'))).onsuccess = ({ target }) =>
          resolve(target.result.privateKey.extractable);
      };
    };
  })`);
  expect(extractable).toBe(false);
});

test('rests when told to, goes on, and leaves', async () => {
  await open();
  await join();
  await heading('Waiting for the next round').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await heading('Resting: paused by you').waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  small.assign(1);
  await expect.poll(outcomes).toEqual(['accepted']);
  page.once('dialog', (dialog) => dialog.accept());
  await page.getByRole('button', { name: 'Leave' }).click();
  await heading('This device has left the run').waitFor();
  expect(requests(/leave/)).toHaveLength(1);
  await page.reload();
  await page.getByLabel('Join token').waitFor();
});

test('a coordinator that goes away is waited for', async () => {
  await open();
  await join();
  await heading('Waiting for the next round').waitFor();
  const port = Number(new URL(small.server.url).port);
  await small.server.stop();
  await page.getByText(/^Not connected/).waitFor();
  await small.server.start(port);
  small.assign(1);
  await expect.poll(outcomes).toEqual(['accepted']);
  expect(await page.getByText(/^Not connected/).count()).toBe(0);
});

describe('says in a sentence', () => {
  test('which line of a file is wrong', async () => {
    await open();
    await page.getByLabel(/^Data/).setInputFiles({ ...data, buffer: Buffer.from('text,label\nx\n') });
    await page.getByText('films.csv, line 2: expected 2 fields, got 1.').waitFor();
    expect(await page.getByRole('button', { name: 'Join' }).isDisabled()).toBe(true);
  });

  test('which label the run does not know, and takes another file without another token', async () => {
    await open();
    await page.getByRole('button', { name: /^Use a sample/ }).click();
    await page.getByText('32 examples (positive 16, negative 16)').waitFor();
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByText('sample-reviews.csv, row 1: expected one of the run\'s classes "cold"').waitFor();
    small.finish();
    await page.getByLabel(/^Data/).setInputFiles(data);
    await page.getByRole('button', { name: 'Go on' }).click();
    await heading('The run is finished: all rounds done').waitFor();
    expect(requests(/POST .*devices/)).toHaveLength(1);
  });

  test('that a token is used up', async () => {
    small.server.breakDown(/devices/, { kind: 'refuse', code: 'token-used' });
    await open();
    await join();
    await page.getByText('Ask whoever runs the coordinator for another link.').waitFor();
  });

  test('that another tab takes part', async () => {
    await open();
    await join();
    await heading('Waiting for the next round').waitFor();
    const second = await page.context().newPage();
    await second.goto(`${pages.origin}/join`);
    await second.getByText('one tab per browser that takes part').waitFor();
  });

  test('that a browser cannot make the key', async () => {
    pages = await servePages(small.server.url);
    const opened = await browser.open(pages.origin, desktop);
    page = opened.page;
    await page.addInitScript('crypto.subtle.generateKey = () => Promise.reject(new Error("unknown"))');
    await page.goto(`${pages.origin}/join`);
    await page.getByText('(Ed25519)').waitFor();
  });

  test('that there is one thread only where the page is not isolated, and trains all the same', async () => {
    small.assign(1);
    small.finish();
    await open({ isolated: false });
    await page.getByText('WebAssembly uses one thread only').waitFor();
    await join();
    await heading('The run is finished: all rounds done').waitFor();
    expect(requests(/devices/)[0]?.body).toMatchObject({ runtime: { about: 'wasm, 1 thread' } });
  });
});

test.each(['light', 'dark'] as const)(
  'a phone shows everything within its width, %s',
  async (colorScheme) => {
    small.assign(1);
    await open({ ...phone, colorScheme });
    await join();
    await expect.poll(outcomes).toEqual(['accepted']);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(complaints).toEqual([]);
  },
);
