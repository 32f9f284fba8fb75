import { type SampleRun, sampleRun } from '@legend-fl/runs/testing';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { desktop, launchReportBrowser, phone, type ReportBrowser } from './open-report.fixture.ts';

let browser: ReportBrowser;
beforeAll(async () => {
  browser = await launchReportBrowser();
});
afterAll(() => browser?.close());

const sample = sampleRun();
const overflow = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

describe('any report', () => {
  const unfinished = { ...sample, summary: { ...sample.summary, strategies: [] } };
  const twelve = Array.from({ length: 12 }, (_, index) => `strategy-with-a-name-${index}`);
  const seeds = [1, 2, 3].map((seed) => sampleRun({ name: `seed-${seed}`, seed, rounds: 30 }));
  test.each<[string, SampleRun | SampleRun[]]>([
    ['two strategies', sample],
    ['one strategy', sampleRun({ strategies: ['legend'], rounds: 5 })],
    [
      'many strategies and devices',
      sampleRun({ strategies: twelve, devices: 400, rounds: 12, dropouts: true }),
    ],
    ['several seeds', seeds],
    ['several experiments', [...seeds, sampleRun({ name: 'other', devices: 5, rounds: 10 })]],
    ['no target', sampleRun({ targetAccuracy: null, rounds: 5 })],
    ['a target not reached', sampleRun({ targetAccuracy: 0.95, rounds: 5 })],
    ['one round', sampleRun({ rounds: 1 })],
    ['no strategy yet', unfinished],
  ])('of %s shows without complaint or sideways scrolling on both screens', async (_, runs) => {
    for (const options of [desktop, phone]) {
      const { page, complaints } = await browser.open(runs, options);
      expect(await page.locator('h1').textContent()).not.toBe('');
      expect(await overflow(page)).toBe(0);
      expect(complaints).toEqual([]);
      await page.close();
    }
  });
});

test.each([
  ['light', desktop],
  ['dark', phone],
] as const)('nothing bars the way for anybody, %s', async (colorScheme, size) => {
  const { page } = await browser.open([sample, sampleRun({ seed: 8 })], { ...size, colorScheme });
  // Not as a script of the page, which its policy forbids.
  await page.evaluate(axe.source);
  const found = (await page.evaluate(`axe.run({ resultTypes: ['violations'] })`)) as axe.AxeResults;
  expect(found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([]);
  await page.close();
});

test('without scripts the page has its figures and tables, and says what it lacks', async () => {
  const { page } = await browser.open(sample, { ...desktop, javaScriptEnabled: false });
  expect(await page.locator('noscript p').isVisible()).toBe(true);
  expect(await page.locator('svg:visible').count()).toBe(3 + 1 + 3 + 2);
  expect(await page.locator('.comparison tbody tr').count()).toBe(2);
  expect(await page.locator('select:visible, .downloads button:visible').count()).toBe(0);
  expect(await overflow(page)).toBe(0);
  await page.close();
});

test('text on a phone is no smaller than 11 pixels', async () => {
  const { page } = await browser.open(sample, phone);
  const least = await page.evaluate(`Math.min(...[...document.querySelectorAll('svg:not(.sample)')]
    .filter((svg) => svg.checkVisibility())
    .map((svg) => 12 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width))`);
  expect(least).toBeGreaterThanOrEqual(11);
  await page.close();
});

test('the page follows the preference for dark until another is chosen', async () => {
  const background = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const [light, dark] = ['rgb(255, 255, 255)', 'rgb(20, 23, 26)'];
  for (const [colorScheme, colour, other] of [
    ['light', light, dark],
    ['dark', dark, light],
  ] as const) {
    const { page } = await browser.open(sample, { ...desktop, colorScheme });
    expect(await background(page)).toBe(colour);
    await page.getByLabel('Colours').selectOption(colorScheme === 'light' ? 'dark' : 'light');
    expect(await background(page)).toBe(other);
    await page.getByLabel('Colours').selectOption('as the system');
    expect(await background(page)).toBe(colour);
    await page.close();
  }
});

test('a fleet too large to draw says how much of it is shown, in a small page', async () => {
  const { page } = await browser.open(sampleRun({ devices: 1500, rounds: 3, strategies: ['legend'] }));
  const text = await page.locator('main').textContent();
  expect(text).toContain('Of 1,500 devices 200 are shown, evenly chosen.');
  expect(text).toContain(
    'Of 1,500 devices in this round 200 are shown, evenly chosen, the slowest among them.',
  );
  expect((await page.content()).length).toBeLessThan(600_000);
  await page.close();
});

test('names from a run stay text wherever they appear', async () => {
  const hostile = `"><img src=x onerror="document.title='taken'"></script><script>document.title='taken'</script>`;
  const run = sampleRun({ strategies: [hostile, 'fedlora'], rounds: 3, devices: 3, dropouts: true });
  const { summary } = run;
  const named = {
    ...run,
    name: hostile,
    summary: {
      ...summary,
      model: { ...summary.model, id: hostile },
      data: { ...summary.data, id: hostile },
      config: { ...summary.config, fleet: hostile },
      host: { ...summary.host, cpu: hostile },
    },
    rounds: new Map(
      [...run.rounds].map(([name, rounds]) => [
        name,
        rounds.map((round) => ({
          ...round,
          devices: round.devices.map((device) => ({
            ...device,
            id: `${device.id}${hostile}`,
            kind: hostile,
            dropped: hostile,
          })),
        })),
      ]),
    ),
  };
  const { page, complaints } = await browser.open([named, { ...named, name: 'again' }]);
  await page.locator('figure[data-name=accuracy] svg:visible').hover();
  expect(await page.locator('.tip').textContent()).toContain(hostile);
  await page.locator('section.timeline svg').hover({ position: { x: 300, y: 10 } });
  expect(await page.locator('.tip').textContent()).toContain(hostile);
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).not.toBe('taken');
  expect(complaints).toEqual([]);
  await page.close();
});
