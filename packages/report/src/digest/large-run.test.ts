import { LargeRun } from '@legend-fl/runs/testing';
import { expect, onTestFinished, test } from 'vitest';

const urlOf = (module: string) => JSON.stringify(new URL(module, import.meta.url).href);

test('a report is drawn from a rounds file larger than the heap', async () => {
  const run = await LargeRun.write();
  onTestFinished(() => run.remove());
  const title = await run.print(`
    import { renderReport } from ${urlOf('../render-report.ts')};
    import { readRuns } from ${urlOf('./read-runs.ts')};
    const page = await renderReport(await readRuns([${JSON.stringify(run.folder)}]));
    console.log(page.match(/legend: .*? on average/)[0]);
  `);
  expect(title).toMatch(/^legend: 1 to 6 of 6 blocks, \d\.\d on average\n$/);
});
