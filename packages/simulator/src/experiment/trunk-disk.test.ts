import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrunkCacheCounts } from '@legend-fl/trainer';
import { describe, expect, test } from 'vitest';
import type { ExperimentResources } from './experiment-resources.ts';
import { newFolder, resultsOf, runTiny, tinyExperiment, writeFleet } from './tiny-experiment.fixture.ts';

const changes = { trunkCache: {}, strategies: ['legend', 'fedadapter'] };
const experiment = tinyExperiment(await writeFleet(), changes);

/** What both strategies leave, and where their hidden states came from. */
async function run(resources: Partial<ExperimentResources>, wanted = experiment) {
  const out = join(await newFolder(), 'run');
  const counts: TrunkCacheCounts[] = [];
  await runTiny(wanted, out, {
    ...resources,
    onEvent: (event) => {
      if (event.type === 'strategy-finished') counts.push(event.trunkCounts);
    },
  });
  const results = await Promise.all(['legend', 'fedadapter'].map((strategy) => resultsOf(out, strategy)));
  return { results, counts };
}

const sumOf = (counts: readonly TrunkCacheCounts[], key: keyof TrunkCacheCounts) =>
  counts.reduce((sum, each) => sum + each[key], 0);

describe('a folder for hidden states', () => {
  test('cold, warm or not given, of one worker or two, leaves the results as they are, to the bit', async () => {
    const trunkDisk = { folder: join(await newFolder(), 'states'), bytes: 1e9 };
    const without = await run({});
    const cold = await run({ trunkDisk, workers: 2 });
    const files = await modifiedTimes(trunkDisk.folder);
    const warm = await run({ trunkDisk });
    expect(cold.results).toEqual(without.results);
    expect(warm.results).toEqual(without.results);
    expect(sumOf(without.counts, 'diskHits')).toBe(0);
    expect(sumOf(warm.counts, 'diskHits')).toBeGreaterThan(0);
    expect(sumOf(warm.counts, 'misses')).toBe(0);
    expect(files.size).toBeGreaterThan(0);
    expect(await modifiedTimes(trunkDisk.folder)).toEqual(files);
  });

  test('is shared by runs of other seeds', async () => {
    const trunkDisk = { folder: join(await newFolder(), 'states'), bytes: 1e9 };
    await run({ trunkDisk });
    const other = { ...experiment, seed: 8 };
    const { results, counts } = await run({ trunkDisk }, other);
    expect(sumOf(counts, 'diskHits')).toBeGreaterThan(0);
    expect(results).toEqual((await run({}, other)).results);
  });
});

async function modifiedTimes(folder: string): Promise<ReadonlyMap<string, number>> {
  const entries = (await readdir(folder)).map(
    async (name) => [name, (await stat(join(folder, name))).mtimeMs] as const,
  );
  return new Map(await Promise.all(entries));
}
