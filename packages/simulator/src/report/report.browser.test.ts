import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../run-folder/read-run.ts';
import { sampleRun } from '../run-folder/sample-run.fixture.ts';
import { renderReport } from './render-report.ts';

/** The report in a real Chromium: the one at CHROMIUM_PATH, else one on the PATH. */

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legend-report-'));
  browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-background-networking'],
  });
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

function findChromium(): string {
  const { CHROMIUM_PATH, PATH = '' } = process.env;
  if (CHROMIUM_PATH !== undefined) return CHROMIUM_PATH;
  const found = PATH.split(delimiter)
    .flatMap((place) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(place, name)))
    .find(isExecutable);
  if (found !== undefined) return found;
  throw new Error('The report is tested in Chromium: install `chromium`, or set CHROMIUM_PATH to one.');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 } };

interface Visit {
  readonly page: Page;
  /** Everything the console was told, and addresses that the page asked for other than its own. */
  readonly complaints: string[];
}

async function visit(runs: Run | readonly Run[], options = desktop): Promise<Visit> {
  const path = join(folder, 'report.html');
  await writeFile(path, renderReport(runs));
  const page = await browser.newPage(options);
  const address = pathToFileURL(path).href;
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== address) complaints.push(request.url());
  });
  await page.goto(address);
  return { page, complaints };
}

const sample = sampleRun();
const overflow = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

describe('any report', () => {
  const unfinished = { ...sample, summary: { ...sample.summary, strategies: [] } };
  const nine = ['legend', 'fedlora', 'hetlora', 'fedadapter', 'flexlora', 'flora', 'ffa-lora', 'rolora'];
  test.each<[string, Run | Run[]]>([
    ['two strategies', sample],
    ['one strategy', sampleRun({ strategies: ['legend'], rounds: 5 })],
    ['many strategies and devices', sampleRun({ strategies: nine, devices: 400, rounds: 25 })],
    ['several runs', [1, 2, 3].map((seed) => sampleRun({ name: `seed-${seed}`, seed, rounds: 30 }))],
    ['no target', sampleRun({ targetAccuracy: null, rounds: 5 })],
    ['a target not reached', sampleRun({ targetAccuracy: 0.95, rounds: 5 })],
    ['one round', sampleRun({ rounds: 1 })],
    ['no strategy yet', unfinished],
  ])('of %s shows without complaint or sideways scrolling on both screens', async (_, runs) => {
    for (const options of [desktop, phone]) {
      const { page, complaints } = await visit(runs, options);
      expect(await page.locator('h1').textContent()).not.toBe('');
      expect(await overflow(page)).toBe(0);
      expect(complaints).toEqual([]);
      await page.close();
    }
  });
});

describe('hovering', () => {
  let page: Page;
  beforeAll(async () => {
    ({ page } = await visit(sample));
  });
  afterAll(() => page.close());
  const tip = () => page.locator('.tip');
  const visibleSvg = (section: string) =>
    page.locator('section', { has: page.locator(`h2:text-is("${section}")`) }).locator('svg:visible');

  test('over the accuracy shows every strategy at the nearest round', async () => {
    const chart = visibleSvg('Accuracy');
    const box = await chart.boundingBox();
    await chart.hover({ position: { x: (box?.width ?? 0) - 60, y: 100 } });
    const last = sample.rounds.get('fedlora')?.at(-1);
    await expect.poll(() => tip().textContent()).toMatch(/legend .*%, .* s, round 60/);
    expect(await tip().textContent()).toContain(
      `fedlora ${((last?.accuracy ?? 0) * 100).toFixed(1)}%, ${last?.virtualSeconds.toFixed(0)} s, round 60`,
    );
    expect(await chart.locator('.dot[visibility=visible]').count()).toBe(2);
  });

  test('with the arrow keys goes from round to round', async () => {
    const chart = visibleSvg('Accuracy');
    await chart.focus();
    await page.keyboard.press('ArrowLeft');
    expect(await tip().textContent()).toContain('round 59');
    await page.keyboard.press('ArrowLeft');
    expect(await tip().textContent()).toContain('round 58');
  });

  test('over a depth map names device, depth and round of the cell', async () => {
    const map = visibleSvg('Depth of every device').first();
    const box = await map.boundingBox();
    const scale = (box?.width ?? 0) / Number((await map.getAttribute('viewBox'))?.split(' ')[2]);
    const tops: number[] = JSON.parse((await map.getAttribute('data-rows')) ?? '');
    const rowHeight = Number(await map.getAttribute('data-row-height'));
    for (const [row, round] of [
      [0, 1],
      [9, 33],
      [19, 60],
    ] as const) {
      const x = ((round - 0.5) / 60) * (box?.width ?? 0);
      await map.hover({ position: { x, y: ((tops[row] ?? 0) + rowHeight / 2) * scale } });
      const devices = (sample.rounds.get('legend')?.[round - 1]?.devices ?? []).toSorted((one, other) =>
        deviceOrder(one.id) < deviceOrder(other.id) ? -1 : 1,
      );
      const { id, depth } = devices[row] ?? {};
      const blocks = depth === 1 ? '1 block' : `${depth} blocks`;
      expect(await tip().textContent()).toBe(`${id} ${blocks}, round ${round}`);
    }
  });

  test('over a rank bar shows rank and share of devices', async () => {
    await visibleSvg('Rank distribution').first().locator('.bar').last().hover();
    expect(await tip().textContent()).toBe('Block 6: rank 12, trained by 100% of devices');
    await page.mouse.move(5, 5);
    expect(await tip().isVisible()).toBe(false);
  });

  /** Kinds in the order of the fleet. */
  function deviceOrder(id: string): string {
    return `${['jetson-tx2', 'jetson-xavier-nx', 'jetson-agx-xavier'].findIndex((kind) => id.startsWith(kind))}${id}`;
  }
});

test('text on a phone is no smaller than 11 pixels', async () => {
  const { page } = await visit(sample, phone);
  const least = await page.evaluate(`Math.min(...[...document.querySelectorAll('svg')]
    .filter((svg) => svg.checkVisibility())
    .map((svg) => 12 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width))`);
  expect(least).toBeGreaterThanOrEqual(11);
  await page.close();
});

test('the page follows the preference for dark', async () => {
  const backgrounds: unknown[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await visit(sample, { ...desktop, colorScheme });
    backgrounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
    await page.close();
  }
  expect(backgrounds).toEqual(['rgb(255, 255, 255)', 'rgb(20, 23, 26)']);
});

test('names from a run stay text wherever they appear', async () => {
  const hostile = `"><img src=x onerror="document.title='taken'"></script><script>document.title='taken'</script>`;
  const run = sampleRun({ strategies: [hostile, 'fedlora'], rounds: 3, devices: 3 });
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
  };
  const { page, complaints } = await visit([named, { ...named, name: 'again' }]);
  await page.locator('svg:visible').first().hover();
  expect(await page.locator('.tip').textContent()).toContain(hostile);
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).not.toBe('taken');
  expect(complaints).toEqual([]);
  await page.close();
});
