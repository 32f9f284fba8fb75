import { readFile } from 'node:fs/promises';
import { sampleRun } from '@legend-fl/runs/testing';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchReportBrowser, phone, type ReportBrowser, sectionOf } from './open-report.fixture.ts';

const strategies = ['legend', 'fedlora', 'hetlora'];
const runs = [1, 2].map((seed) =>
  sampleRun({
    name: `x/seed-${seed}`,
    seed,
    strategies,
    devices: 12,
    rounds: 40,
    dropouts: true,
    targetAccuracy: 0.75,
  }),
);
let browser: ReportBrowser;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  browser = await launchReportBrowser();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  ({ page, complaints } = await browser.open(runs));
});
afterEach(async () => {
  expect(complaints).toEqual([]);
  await page.close();
});

const figure = (name: string) => page.locator(`figure[data-name=${name}]`);

describe('the comparison', () => {
  const column = async (title: string) => {
    const cells = await figure('comparison').locator(`td[data-title="${title}"] .figure`).allInnerTexts();
    return cells.map((text) => text.split(/\s/)[0]);
  };
  const names = () => figure('comparison').locator('tbody th').allInnerTexts();

  test('is sorted by a column, in either direction', async () => {
    const head = figure('comparison').getByRole('button', { name: 'Time to 75%' });
    await head.click();
    const ascending = (await column('Time to 75%')).map(Number);
    expect(ascending).toEqual(ascending.toSorted((one, other) => one - other));
    await head.click();
    expect(await names()).toEqual(['hetlora', 'fedlora', 'legend']);
    expect(await figure('comparison').locator('th[aria-sort=descending]').count()).toBe(1);
  });

  test('is against the baseline chosen', async () => {
    const before = await column('Speed-up');
    expect(before[1]).toBe('–');
    await figure('comparison').getByLabel('Compare with').selectOption('legend');
    const after = await column('Speed-up');
    expect(after[0]).toBe('–');
    expect(after[1]).toMatch(/^0\.\d+×$/);
    expect(await figure('comparison').locator('.note').textContent()).toContain('against legend');
    // Rows without a speed-up come last, whichever the direction.
    await figure('comparison').getByRole('button', { name: 'Speed-up' }).click();
    expect((await names()).at(-1)).toBe('legend');
  });

  test('is sorted on a phone, where there are no heads', async () => {
    const { page: small } = await browser.open(runs, phone);
    await small.getByLabel('Sort by').selectOption('Time to 75%');
    expect(await small.locator('.comparison tbody th').allInnerTexts()).toEqual([
      'legend',
      'fedlora',
      'hetlora',
    ]);
    await small.close();
  });
});

test('the accuracy is drawn over virtual time, traffic or rounds', async () => {
  const title = () => figure('accuracy').locator('svg:visible .axis .title').last().textContent();
  expect(await title()).toBe('Virtual time (s)');
  await figure('accuracy').getByRole('radio', { name: 'Traffic' }).check();
  expect(await title()).toMatch(/^Traffic, up and down \((M|G)B\)$/);
  await figure('accuracy').getByRole('radio', { name: 'Rounds' }).check();
  expect(await title()).toBe('Round');
});

describe('the timeline', () => {
  const ids = async () => (await csvOf(figure('timeline'))).slice(1).map((row) => row[3]);
  const roundSeconds = async () => {
    const rows = (await csvOf(figure('timeline'))).slice(1);
    return Math.max(...rows.map((row) => row.slice(6, 11).reduce((sum, value) => sum + Number(value), 0)));
  };
  const expectRound = async (seed: number, strategy: string, round: number) => {
    const record = runs[seed]?.rounds.get(strategy)?.[round - 1];
    expect(await roundSeconds()).toBeCloseTo(record?.roundSeconds ?? 0, 2);
  };

  test('shows the strategy, seed and round chosen', async () => {
    await expectRound(0, 'legend', 1);
    await figure('timeline').getByRole('button', { name: 'Round after' }).click();
    await expectRound(0, 'legend', 2);
    await figure('timeline').getByLabel('Seed').selectOption('seed 2');
    await expectRound(1, 'legend', 2);
    await figure('timeline').getByLabel('Strategy').selectOption('hetlora');
    await expectRound(0, 'hetlora', 2);
    await figure('timeline').getByRole('button', { name: 'Round before' }).click();
    expect(await figure('timeline').getByRole('button', { name: 'Round before' }).isDisabled()).toBe(true);
    await figure('timeline').getByRole('combobox', { name: 'Round' }).selectOption('40');
    await expectRound(0, 'hetlora', 40);
  });

  test('is ordered by kind or by completion', async () => {
    const byKind = await ids();
    await figure('timeline').getByLabel('Order').selectOption('by completion');
    const byCompletion = await ids();
    expect(byCompletion).not.toEqual(byKind);
    expect(byCompletion.toSorted()).toEqual(byKind.toSorted());
  });

  test('marks the devices that dropped out', async () => {
    const rounds = runs[0]?.rounds.get('legend') ?? [];
    const round = rounds.find(({ devices }) => devices.some(({ dropped }) => dropped !== undefined));
    await figure('timeline').getByRole('combobox', { name: 'Round' }).selectOption(String(round?.round));
    const dropped = round?.devices.filter((device) => device.dropped !== undefined) ?? [];
    expect(dropped.length).toBeGreaterThan(0);
    expect(await figure('timeline').locator('svg .cross').count()).toBe(dropped.length);
  });
});

test('depth maps and capacities are of the seed and round chosen', async () => {
  const depths = () => csvOf(figure('depths-1'));
  const capacities = () => csvOf(figure('capacities'));
  expect((await depths())[1]?.slice(0, 2)).toEqual(['legend', '1']);
  await sectionOf(page, 'Depth of every device').getByLabel('Seed').selectOption('2');
  expect((await depths())[1]?.slice(0, 2)).toEqual(['legend', '2']);
  const before = await capacities();
  await figure('capacities').getByRole('button', { name: 'Round after' }).click();
  const after = await capacities();
  expect(after[1]?.slice(0, 2)).toEqual(['seed 1', '2']);
  expect(after[1]?.[6]).not.toBe(before[1]?.[6]);
  await figure('capacities').getByLabel('Seed').selectOption('seed 2');
  expect((await capacities())[1]?.slice(0, 2)).toEqual(['seed 2', '2']);
});

describe('downloads', () => {
  test('of every figure are a chart that stands alone and its data', async () => {
    const names: string[] = await page.evaluate(
      `[...document.querySelectorAll('figure[data-name]')].map(({ dataset }) => dataset.name)`,
    );
    for (const [index, name] of names.entries()) {
      // A page of its own for every few: Chromium asks the reader before a page's eleventh download.
      if (index > 0 && index % 4 === 0) {
        await page.close();
        ({ page, complaints } = await browser.open(runs));
      }
      const rows = await csvOf(figure(name));
      expect(rows.length).toBeGreaterThan(1);
      expect(new Set(rows.map((row) => row.length)).size).toBe(1);
      if (name === 'comparison') continue;
      const svg = await save(figure(name), /\.svg$/);
      expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(svg).toMatch(/<path|<rect/);
      expect(svg).not.toMatch(/var\(--|data-|currentcolor/i);
    }
    expect(names).toHaveLength(10 + 2 * strategies.length);
  });

  test('of the comparison hold the table as it stands', async () => {
    await figure('comparison').getByLabel('Compare with').selectOption('legend');
    await figure('comparison').getByRole('button', { name: 'Strategy' }).click();
    const [titles, ...rows] = await csvOf(figure('comparison'));
    expect(titles?.slice(0, 3)).toEqual(['Strategy', 'Rounds', 'Final accuracy']);
    expect(rows.map(([name]) => name)).toEqual(['fedlora', 'hetlora', 'legend']);
    expect(rows[0]?.[9]).toMatch(/^0\.\d+× ±0\.\d+$/);
  });

  test('of the accuracy hold every seed and round', async () => {
    const rows = await csvOf(figure('accuracy'));
    expect(rows).toHaveLength(1 + strategies.length * 2 * 40);
    const record = runs[1]?.rounds.get('fedlora')?.[4];
    const row = rows.find(
      ([strategy, seed, round]) => strategy === 'fedlora' && seed === '2' && round === '5',
    );
    expect(row?.slice(3)).toEqual(
      [
        record?.virtualSeconds,
        record?.roundSeconds,
        record?.waitingSeconds,
        record?.accuracy,
        record?.bytesUp,
        record?.bytesDown,
      ].map(String),
    );
  });

  test('look in a page of their own as they do in the report', async () => {
    const fillOf = (where: Page, selector: string) =>
      where.evaluate(`getComputedStyle(document.querySelector('${selector}')).fill`);
    const fill = await fillOf(page, 'figure[data-name=time-to-target] .bar');
    expect(fill).toMatch(/^rgb/);
    const alone = await browser.open([]);
    await alone.page.setContent(await save(figure('time-to-target'), /\.svg$/));
    expect(await fillOf(alone.page, 'svg .bar')).toBe(fill);
    await alone.page.close();
  });
});

async function save(from: Locator, name: RegExp): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    from.getByRole('button', { name }).click(),
  ]);
  return readFile(await download.path(), 'utf8');
}

/** The figure's CSV file, whose fields have no quotes here. */
async function csvOf(from: Locator): Promise<string[][]> {
  const text = await save(from, /\.csv$/);
  return text
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
}
