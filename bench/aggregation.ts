/**
 * Adding up the updates of a round as the coordinator does it, blobs on the disk to the next global state, against the
 * rate at which this machine copies memory:
 *
 *     npm run bench:aggregation
 *     npm run bench:aggregation -- --updates 1000 --update-bytes 1048576 --repeats 7 --memory 100,1000,4000
 *
 * Copies and sums are measured in turn, medians quoted; CPU times too, as other programs count little in them. A sum is
 * measured with its worker thread, as a round has it, and without, warm. Updates lie in the page cache, as those of a
 * round that just closed do. Each row of memory is a process of its own: the most that it ever held.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mapTensors } from '@legend-fl/adapter';
import { seededRandom } from '@legend-fl/base';
import {
  BlobFolder,
  encodeRunTensors,
  openResources,
  parseRunSettings,
  type SumTask,
  startOf,
  sumInWorker,
  sumUpdates,
} from '@legend-fl/coordinator';
import { encodeTrained } from '@legend-fl/runs';
import { DistinctUpdates } from './coordinator/distinct-updates.ts';

import { CLASSES, totalRank, writeModel } from './coordinator/write-model.ts';
import { median } from './median.ts';

const { values } = parseArgs({
  options: {
    updates: { type: 'string', default: '1000' },
    'update-bytes': { type: 'string', default: '1048576' },
    repeats: { type: 'string', default: '7' },
    memory: { type: 'string', default: '100,1000,4000' },
    strategy: { type: 'string', default: 'legend' },
    codec: { type: 'string', default: 'f32' },
    /** A row of memory: folder of a task, and how many of its updates. */
    row: { type: 'string' },
  },
});

if (values.row === undefined) await printTables();
else await printMemory(values.row);

async function printTables(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'legend-bench-'));
  try {
    const counts = values.memory.split(',').map(Number);
    const task = await writeRound(folder, Math.max(Number(values.updates), ...counts));
    console.log(
      `${values.strategy}, ${values.codec}, ${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}\n`,
    );
    await measureRates({ ...task, updates: task.updates.slice(0, Number(values.updates)) });
    console.log('\n| updates | most memory MB | before the sum MB |\n| ---: | ---: | ---: |');
    await writeFile(join(folder, 'task.json'), JSON.stringify(task));
    for (const count of counts) {
      const args = [fileURLToPath(import.meta.url), '--row', JSON.stringify([folder, count])];
      console.log(execFileSync(process.execPath, args, { encoding: 'utf8' }).trim());
    }
    console.log(`\nload average of the last minute: ${loadavg()[0]?.toFixed(1)}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A round whose updates are all there. */
async function writeRound(folder: string, devices: number): Promise<SumTask & { readonly bytes: number }> {
  const model = join(folder, 'model');
  await writeModel(model);
  const settings = parseRunSettings(
    {
      model,
      classes: CLASSES,
      strategy: values.strategy,
      codec: values.codec,
      ranks: { kind: 'increasing', total: totalRank(Number(values['update-bytes'])) },
      ...(values.strategy === 'legend' && { planner: 'full' }),
    },
    'options',
  );
  const resources = await openResources(settings, {
    resolveModel: async () => ({ id: 'bench', pretrainedName: 'bench', folder: model, sha256: '' }),
    loadTestData: () => Promise.reject(new Error('there is no data')),
  });
  const { strategy, strategyOptions, profile, initial } = resources;
  const capacity = {
    forwardSecondsPerBlock: 0.01,
    backwardSecondsPerBlock: 0.02,
    uploadSecondsPerByte: 1e-6,
    downloadSecondsPerByte: 1e-6,
    memoryBytes: 1e12,
  };
  const plan = strategy.plan({
    round: 1,
    profile,
    localSteps: 1,
    trunk: 'base',
    valueBytes: 4,
    lastEvaluation: null,
    devices: Array.from({ length: devices }, (_, index) => ({ id: `device-${index}`, capacity })),
    global: initial.global,
  });
  const blobsFolder = join(folder, 'blobs');
  const blobs = new BlobFolder(blobsFolder);
  const globalSha256 = await blobs.put(encodeRunTensors(initial));
  const random = seededRandom(1, 'aggregation');
  const updates = [];
  let distinct: DistinctUpdates | undefined;
  for (const [number, device] of plan.devices.entries()) {
    if (distinct === undefined) {
      const start = startOf(strategy, initial, device);
      const trained = mapTensors(start, (_, { dims, data }) => ({
        dims,
        data: data.map((value) => value + random() / 100),
      }));
      distinct = new DistinctUpdates(
        encodeTrained(start, trained, device, settings.codec.up, new Map()).bytes,
      );
    }
    const { sha256, tail } = distinct.make(number);
    const path = blobs.pathOf(sha256);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, [distinct.body, tail]);
    updates.push({
      deviceId: device.id,
      sha256,
      bytes: distinct.byteLength,
      examples: 100 + (number % 50),
      loss: 0.5,
    });
  }
  const { trunk } = settings;
  return {
    strategy: { name: settings.strategy, options: strategyOptions },
    trunk,
    plan,
    blobsFolder,
    globalSha256,
    updates,
    bytes: distinct?.byteLength ?? 0,
  };
}

async function measureRates(task: SumTask & { readonly bytes: number }): Promise<void> {
  const total = task.updates.length * task.bytes;
  const ways = [
    { name: 'copy of memory', run: memoryCopier(task), wall: [] as number[], cpu: [] as number[] },
    { name: 'sum, warm', run: async () => sum(task), wall: [] as number[], cpu: [] as number[] },
    {
      name: 'sum, with its thread',
      run: async () => sumInWorker(task, new AbortController().signal),
      wall: [] as number[],
      cpu: [] as number[],
    },
  ];
  for (let repeat = -1; repeat < Number(values.repeats); repeat++) {
    for (const { run, wall, cpu } of ways) {
      const before = { at: performance.now(), cpu: process.cpuUsage() };
      await run();
      const { user, system } = process.cpuUsage(before.cpu);
      // The first time warms up.
      if (repeat < 0) continue;
      wall.push((performance.now() - before.at) / 1000);
      cpu.push((user + system) / 1e6);
    }
  }
  console.log(
    `${task.updates.length} updates of ${(task.bytes / 2 ** 20).toFixed(2)} MiB, ${values.repeats} times in turn\n`,
  );
  console.log('| | GB/s | GB per CPU second | of the copy (wall) | of the copy (CPU) |');
  console.log('| --- | ---: | ---: | ---: | ---: |');
  const [copies] = ways;
  for (const { name, wall, cpu } of ways) {
    const ratio = (own: readonly number[], reference: readonly number[] = []) =>
      median(own.map((seconds, index) => (reference[index] ?? Number.NaN) / seconds));
    const figures = [
      total / 1e9 / median(wall),
      total / 1e9 / median(cpu),
      ratio(wall, copies?.wall),
      ratio(cpu, copies?.cpu),
    ];
    console.log(`| ${name} | ${figures.map((each) => each.toFixed(2)).join(' | ')} |`);
  }
}

async function sum(task: SumTask): Promise<void> {
  const { leftOut } = await sumUpdates(task);
  if (leftOut.length > 0) throw new Error(`left out: ${leftOut[0]?.reason}`);
}

/** How to copy as many bytes as the updates have, in pieces of their size, between arenas that no cache holds. */
function memoryCopier({ updates, bytes }: { readonly updates: readonly unknown[]; readonly bytes: number }) {
  const arenaBytes = 256 * 2 ** 20;
  const [from, to] = [new Uint8Array(arenaBytes).fill(1), new Uint8Array(arenaBytes).fill(2)];
  const places = Math.floor(arenaBytes / bytes);
  return async () => {
    for (let index = 0; index < updates.length; index++) {
      const start = (index % places) * bytes;
      to.set(from.subarray(start, start + bytes), start);
    }
  };
}

async function printMemory(row: string): Promise<void> {
  const [folder, count] = JSON.parse(row) as [string, number];
  const task = JSON.parse(await readFile(join(folder, 'task.json'), 'utf8')) as SumTask;
  const before = mostMemory();
  await sum({ ...task, updates: task.updates.slice(0, count) });
  const most = mostMemory();
  console.log(`| ${count} | ${most.toFixed(0)} | ${before.toFixed(0)} |`);
}

/** Megabytes that this process has held at most; `maxRSS` counts what its parent held as well. */
function mostMemory(): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
