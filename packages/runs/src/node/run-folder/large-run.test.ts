import { appendFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { LargeRun } from '../../testing/large-run.ts';

const urlOf = (module: string) => JSON.stringify(new URL(module, import.meta.url).href);

test('a run goes on from a rounds file larger than the heap', async () => {
  const run = await LargeRun.write();
  onTestFinished(() => run.remove());
  await appendFile(run.roundsFile, '{"round":1');
  const kept = await run.print(`
    import { cutRounds } from ${urlOf('./rounds-file.ts')};
    import { figuresOf } from ${urlOf('../../summary/summarize-strategy.ts')};
    console.log((await cutRounds(${JSON.stringify(run.roundsFile)}, ${run.rounds}, figuresOf)).length);
  `);
  expect(kept).toBe(`${run.rounds}\n`);
});
