import type { DeviceView } from '@legend-fl/protocol';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { desktop, launchPageBrowser, type PageBrowser } from '../../testing/open-page.fixture.ts';
import { type SampleCoordinator, startSampleCoordinator } from '../../testing/sample-coordinator.fixture.ts';
import { type SampleRun, sampleRun } from '../../testing/sample-run.fixture.ts';

let browser: PageBrowser;
let sample: SampleRun;
let coordinator: SampleCoordinator;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  browser = await launchPageBrowser();
});
afterAll(() => browser?.close());

const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};
const tablet: BrowserContextOptions = { viewport: { width: 900, height: 1000 } };
const looks = [
  ['desktop', desktop],
  ['tablet', tablet],
  ['phone', phone],
] as const;

/** Three devices in good order but for what `change` says of laptop-2. */
async function follow(
  look: BrowserContextOptions,
  change: Partial<DeviceView> = {},
  count = 3,
): Promise<void> {
  sample = sampleRun({ devices: count });
  const well = { status: 'training', note: '', refused: 0, clipped: 0 } as const;
  const times = { claimedSeconds: 40, measuredSeconds: 44 };
  if (count === 3) {
    for (const [index, device] of sample.devices.entries()) {
      sample.devices[index] = { ...device, ...well, ...times, ...(index === 1 && change) };
    }
  }
  coordinator = await startSampleCoordinator(sample);
  const address = `${coordinator.origin}/#operator=${coordinator.token}`;
  ({ page, complaints } = await browser.open(address, look));
  await page.getByRole('heading', { level: 2, name: /^Devices/ }).waitFor();
}

afterEach(async () => {
  await page.context().close();
  await coordinator.goAway();
  expect(complaints).toEqual([]);
});

const rows = () => page.locator('.device-scroller tbody tr[aria-rowindex]');
const row = (name: string) => rows().filter({ hasText: name });
const names = () => rows().locator('th').allTextContents();
const button = (name: string) => page.getByRole('button', { name, exact: true });
/** Waits until the request that it sent is answered. */
const ready = (name: string) => page.locator(`button[aria-label="${name}"][aria-disabled="false"]`).waitFor();
const focused = () => page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.className');
const filter = () => page.getByRole('combobox', { name: /^State/ });

describe.each(looks)('on a %s', (name, look) => {
  test('a device is quarantined and released with one click each, which keep the focus', async () => {
    await follow(look);
    await button('Quarantine laptop-2').press('Enter');
    await row('laptop-2').getByText('quarantined', { exact: true }).waitFor();
    await ready('Release laptop-2');
    expect(await focused()).toBe('Release laptop-2');
    await page.keyboard.press('Enter');
    await row('laptop-2').getByText('idle', { exact: true }).waitFor();
    await ready('Quarantine laptop-2');
    expect(await focused()).toBe('Quarantine laptop-2');
    expect(coordinator.requests.filter((asked) => asked.includes('dev-00002'))).toEqual([
      'POST /v1/operator/devices/dev-00002/quarantine',
      'DELETE /v1/operator/devices/dev-00002/quarantine',
    ]);
  });

  test('a device is revoked once the operator agrees, not before', async () => {
    await follow(look);
    page.once('dialog', (dialog) => dialog.dismiss());
    await button('Revoke laptop-2').click();
    const revoked = 'DELETE /v1/operator/devices/dev-00002';
    expect(coordinator.requests).not.toContain(revoked);
    page.once('dialog', (dialog) => dialog.accept());
    await button('Revoke laptop-2').click();
    await row('laptop-2').waitFor({ state: 'detached' });
    expect(coordinator.requests).toContain(revoked);
  });

  test('its buttons are whole, within the table and great enough for a finger where there is one', async () => {
    await follow(look, {
      note: 'Not waited for: it did not hand in its last 3 updates in time.',
      clipped: 2,
    });
    const table = await page.locator('.device-scroller').boundingBox();
    for (const label of ['Quarantine laptop-2', 'Revoke laptop-2']) {
      await button(label).scrollIntoViewIfNeeded();
      const box = await button(label).boundingBox();
      if (table === null || box === null) throw new Error(`${label} is not shown`);
      expect(box.x).toBeGreaterThanOrEqual(table.x);
      expect(box.x + box.width).toBeLessThanOrEqual(table.x + table.width);
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(name === 'phone' ? 44 : 24);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  test('what was measured stands beside the claim, marked where they differ by more than two', async () => {
    await follow(look, { claimedSeconds: 17.2, measuredSeconds: 44.8, refused: 3, clipped: 12 });
    const text = await row('laptop-2').textContent();
    for (const part of ['44.8 s', 'claimed 17.2 s', '▲ 2.6× slower', '3 refused', '12 clipped']) {
      expect(text).toContain(part);
    }
    const other = await row('kiosk-1').textContent();
    expect(other).toContain('44.0 s');
    expect(other).toContain('claimed 40.0 s');
    expect(other).not.toMatch(/[▲▼]|refused|clipped/);
  });

  test('a note that is longer than its row is shown whole by keyboard, by pointer or by touch', async () => {
    const note = `Left out of this round: ${'by its own figures a step takes longer than the round may; '.repeat(3)}`;
    await follow(look, { status: 'idle', note: note.trim() });
    const short = row('laptop-2').getByRole('button', { name: /^Left out of this round/ });
    const whole = page.locator('.whole-note');
    await short.focus();
    await page.keyboard.press('Enter');
    await whole.waitFor();
    expect(await whole.textContent()).toContain(note.trim());
    const box = await whole.boundingBox();
    const size = page.viewportSize();
    if (box === null || size === null) throw new Error('the note is not shown');
    expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(size.width);
    expect(box.y + box.height).toBeLessThanOrEqual(size.height);
    await page.keyboard.press('Escape');
    await whole.waitFor({ state: 'hidden' });
    expect(await focused()).toBe('device-note');
    await (look.hasTouch === true ? short.tap() : short.click());
    await whole.waitFor();
  });

  test('every row has the height that the table reckons with, whatever is in it', async () => {
    await follow(look, {}, 60);
    await filter().selectOption('all');
    const heights = (await page.evaluate(
      `[...document.querySelectorAll('.device-scroller tbody tr[aria-rowindex]')].map((row) => row.offsetHeight)`,
    )) as number[];
    const height = await page.evaluate(
      `parseFloat(getComputedStyle(document.querySelector('.device-scroller')).getPropertyValue('--row-height'))`,
    );
    expect(new Set(heights)).toEqual(new Set([height]));
    await page.evaluate(`document.querySelector('.device-scroller').scrollTo(0, 1e6)`);
    await page.locator('.device-scroller tr[aria-rowindex="61"]').waitFor();
  });
});

describe('the table', () => {
  test('is narrowed down to devices that need attention, and sorted by what is wrong', async () => {
    await follow(phone, {}, 60);
    await filter().selectOption('attention');
    await expect.poll(async () => (await names()).length).toBeLessThan(20);
    await page.getByLabel('Sort by').selectOption('refused');
    expect(await rows().first().textContent()).toContain('3 refused');
    await button('↓ descending').click();
    expect(await rows().first().textContent()).not.toContain('refused');
    await page.getByLabel('Sort by').selectOption('measured');
    expect(await rows().first().textContent()).toContain('▼ 4.9× faster');
    await page.getByLabel('Sort by').selectOption('clipped');
    expect(await rows().first().textContent()).toContain('2 clipped');
  });

  test('a column’s head sorts it, the same one again the other way', async () => {
    await follow(desktop, { claimedSeconds: 100 });
    const head = page.getByRole('columnheader', { name: 'Measured' });
    await head.getByRole('button').click();
    expect((await names()).at(0)).toContain('laptop-2');
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    await head.getByRole('button').click();
    expect((await names()).at(-1)).toContain('laptop-2');
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
  });

  test('a page that gets narrower makes cards of the rows, all of them still within reach', async () => {
    await follow(desktop, {}, 60);
    await filter().selectOption('all');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.evaluate(`document.querySelector('.device-scroller').scrollTo(0, 1e6)`);
    const last = page.locator('.device-scroller tr[aria-rowindex="61"]');
    await last.waitFor();
    expect(await last.getByRole('button', { name: /^Revoke/ }).isVisible()).toBe(true);
  });
});

describe('an action that', () => {
  test('fails is told with the device’s name, in sight, and the button can be pressed again', async () => {
    await follow(phone);
    const [device] = sample.devices.splice(1, 1);
    if (device === undefined) throw new Error('the sample is empty');
    await button('Quarantine laptop-2').tap();
    const alert = page.locator('.devices').getByRole('alert');
    await alert.getByText('laptop-2 could not be quarantined. There is no such device.').waitFor();
    const box = await alert.boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(844);
    sample.devices.push(device);
    await button('Quarantine laptop-2').tap();
    await row('laptop-2').getByText('quarantined', { exact: true }).waitFor();
    await alert.waitFor({ state: 'hidden' });
    complaints.splice(0); // The browser itself tells of each answer that is no success.
  });

  test('takes a row away leaves the focus where the row was, on no other device’s button', async () => {
    await follow(desktop);
    await filter().selectOption('training');
    await button('Quarantine laptop-2').press('Enter');
    await row('laptop-2').waitFor({ state: 'detached' });
    const place = await page.evaluate(`document.activeElement.tagName + document.activeElement.ariaRowIndex`);
    expect(place).toBe('TR3');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Rename tablet-3');
  });

  test.each([
    ['down', 'kiosk-1', -1],
    ['up', 'tablet-3', 0],
  ] as const)('moves a row %s keeps the focus on its button', async (_, name, place) => {
    await follow(desktop);
    await page.getByLabel('Sort by').selectOption('status');
    if (place === 0) await button('↑ ascending').click();
    await button(`Quarantine ${name}`).press('Enter');
    await expect.poll(async () => (await names()).at(place)).toContain(name);
    expect(await focused()).toBe(`Release ${name}`);
  });
});
