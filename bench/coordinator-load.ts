/**
 * A coordinator under load: `legend serve` as it is, on SQLite and a folder of blobs, and devices in another process
 * that do everything but train.
 *
 *     npm run bench:coordinator
 *     npm run bench:coordinator -- --devices 2000 --per-round 500 --rate 200 --seconds 60
 *     npm run bench:coordinator -- --downloads           every device fetches what it starts from as well
 *     npm run bench:coordinator -- --profile DIR         CPU profiles of the coordinator
 *     npm run bench:coordinator -- --raise 1000,2000,4000,8000
 *
 * Rounds follow one another: uploads at the rate, aggregation, a score of each device of the round, the next plan. The
 * other devices poll meanwhile.
 * Ten further devices in a third process take no part and measure how soon they are answered. All share the machine:
 * read the figures with the CPU time of the others and the load that is printed.
 *
 * --raise runs the same with more and more devices until requests take more than 250 ms (99th percentile), memory
 * exceeds 500 MB, or fewer than three quarters of the asked updates are accepted (none are between two rounds), and says
 * which came first.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { DevicesReport, DevicesTask } from './coordinator/devices.ts';
import { type ProcessFigures, readProcess, readThreads } from './coordinator/process-figures.ts';
import type { LoopFigures } from './coordinator/watch-process.ts';
import { CLASSES, totalRank, writeModel } from './coordinator/write-model.ts';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '2000' },
    /** Of them, drawn anew in every round. */
    'per-round': { type: 'string', default: '500' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    'update-bytes': { type: 'string', default: String(2 ** 20) },
    downloads: { type: 'boolean', default: false },
    strategy: { type: 'string', default: 'legend' },
    profile: { type: 'string' },
    raise: { type: 'string' },
    /** Where the coordinator keeps its things meanwhile. */
    dir: { type: 'string', default: tmpdir() },
  },
});

const PROBES = 10;
const DEVICES_PER_TOKEN = 250;
const GOALS = { p99Ms: 250, memoryMb: 500, share: 0.75 };

type Figures = Extract<DevicesReport, { type: 'figures' }>;

interface Trial {
  readonly devices: number;
  readonly enrolSeconds: number;
  readonly seconds: number;
  readonly load: Figures;
  readonly probes: Figures;
  readonly before: ProcessFigures;
  readonly after: ProcessFigures;
  readonly threads: ReadonlyMap<string, number>;
  readonly loop: LoopFigures;
  readonly rounds: number;
  readonly loadAverage: number;
}

console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}\n`);
if (values.raise === undefined) printTrial(await runTrial(Number(values.devices)));
else await raiseDevices(values.raise.split(',').map(Number));

async function runTrial(devices: number): Promise<Trial> {
  const folder = await mkdtemp(join(values.dir, 'legend-bench-'));
  const children: ChildProcess[] = [];
  try {
    const runFile = await writeRun(folder, devices);
    const watchFile = join(folder, 'loop.json');
    const coordinator = startCoordinator(folder, runFile, watchFile);
    children.push(coordinator);
    const { url, run, operatorToken } = await readAddress(coordinator);
    const pid = coordinator.pid ?? 0;
    const tokens = await makeTokens({ url, run, operatorToken }, devices + PROBES);
    const task = { url, tokens, run, rate: Number(values.rate), downloads: values.downloads };
    const load = await startDevices({ ...task, devices, probes: false }, children);
    const probes = await startDevices({ ...task, devices: PROBES, probes: true }, children);
    const readRound = async () => {
      const answer = await fetch(`${url}/v1/operator/runs`, {
        headers: { Authorization: `Bearer ${operatorToken}` },
      });
      const [view] = (await answer.json()) as readonly { readonly round: number; readonly phase: string }[];
      return view ?? { round: 0, phase: '' };
    };
    // What is compiled and cached in the first round is no part of a long run.
    while ((await readRound()).round < 2) await sleep(500);
    load.child.send('reset');
    probes.child.send('reset');
    coordinator.kill('SIGUSR2');
    const [before, threadsBefore, { round }] = [readProcess(pid), readThreads(pid), await readRound()];
    await sleep(1000 * Number(values.seconds));
    const [after, threadsAfter, end] = [readProcess(pid), readThreads(pid), await readRound()];
    coordinator.kill('SIGUSR2');
    const [loadFigures, probeFigures] = [await askFigures(load.child), await askFigures(probes.child)];
    const loop = JSON.parse(await readFile(watchFile, 'utf8')) as LoopFigures;
    for (const { child } of [load, probes]) child.send('stop');
    coordinator.kill('SIGINT');
    await once(coordinator, 'exit');
    return {
      devices,
      enrolSeconds: load.seconds,
      seconds: (after.at - before.at) / 1000,
      load: loadFigures,
      probes: probeFigures,
      before,
      after,
      threads: new Map(
        [...threadsAfter].map(([name, spent]) => [name, spent - (threadsBefore.get(name) ?? 0)]),
      ),
      loop,
      rounds: end.round - round,
      loadAverage: loadavg()[0] ?? 0,
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

/** A run of as many rounds as it takes, in which every update has about the asked size. */
async function writeRun(folder: string, devices: number): Promise<string> {
  const model = join(folder, 'model');
  await writeModel(model);
  const file = join(folder, 'run.json');
  const settings = {
    model,
    classes: CLASSES,
    strategy: values.strategy,
    rounds: 100_000,
    minimumDevices: devices,
    devicesPerRound: Math.min(devices, Number(values['per-round'])),
    gatherSeconds: 0,
    ranks: { kind: 'increasing', total: totalRank(Number(values['update-bytes'])) },
    ...(values.strategy === 'legend' && { planner: 'full' }),
    roundDeadline: { graceSeconds: 3600 },
  };
  await writeFile(file, JSON.stringify(settings));
  return file;
}

function startCoordinator(folder: string, runFile: string, watchFile: string): ChildProcess {
  const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const profile = values.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', values.profile];
  const program = [
    ...profile,
    '--import',
    file('coordinator/watch-process.ts'),
    file('../packages/cli/src/main.ts'),
  ];
  const serve = ['serve', runFile, '--dir', join(folder, 'coordinator'), '--port', '0', '--json'];
  return spawn(process.execPath, [...program, ...serve, '--trusted-proxy', '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LEGEND_BENCH_WATCH: watchFile },
  });
}

interface Address {
  readonly url: string;
  readonly run: string;
  readonly operatorToken: string;
}

/** Join tokens as a fleet of so many would have them: one lets in 300 devices a minute. */
async function makeTokens({ url, run, operatorToken }: Address, devices: number): Promise<string[]> {
  const tokens: string[] = [];
  for (let made = 0; made < devices; made += DEVICES_PER_TOKEN) {
    const answer = await fetch(`${url}/v1/operator/tokens`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${operatorToken}` },
      body: JSON.stringify({ run, uses: null }),
    });
    tokens.push(((await answer.json()) as { readonly token: string }).token);
  }
  return tokens;
}

async function readAddress({ stdout }: ChildProcess): Promise<Address> {
  let text = '';
  for await (const part of stdout ?? []) {
    text += part;
    if (text.trimEnd().endsWith('}')) return JSON.parse(text) as Address;
  }
  throw new Error(`The coordinator has not started: ${text}`);
}

async function startDevices(task: DevicesTask, children: ChildProcess[]) {
  const program = fileURLToPath(new URL('coordinator/devices.ts', import.meta.url));
  const child = fork(program, [JSON.stringify(task)]);
  children.push(child);
  const failed = once(child, 'exit').then(() => Promise.reject(new Error('The devices have ended.')));
  failed.catch(() => {});
  const [report] = (await Promise.race([once(child, 'message'), failed])) as [DevicesReport];
  return { child, seconds: report.type === 'enrolled' ? report.seconds : 0 };
}

async function askFigures(child: ChildProcess): Promise<Figures> {
  child.send('figures');
  const [report] = (await once(child, 'message')) as [Figures];
  return report;
}

function printTrial(trial: Trial): void {
  const { devices, seconds, load, probes, before, after, loop, rounds, threads } = trial;
  const perSecond = (amount: number) => (amount / seconds).toFixed(1);
  const cpu = after.cpuSeconds - before.cpuSeconds;
  const main = after.mainSeconds - before.mainSeconds;
  const rows = [
    ['devices', String(devices)],
    ['measured', `${seconds.toFixed(0)} s, ${rounds} rounds closed`],
    [
      'updates accepted per second',
      `${perSecond(load.accepted)} of ${values.rate} asked while a round collects`,
    ],
    ['enrolled per second', (devices / trial.enrolSeconds).toFixed(0)],
    ['written to the disk', `${perSecond((after.writtenBytes - before.writtenBytes) / 1e6)} MB/s`],
    ['memory, now and at most', `${after.memoryMb.toFixed(0)} and ${after.mostMemoryMb.toFixed(0)} MB`],
    ['heap, of it used, buffers', describeMemory(loop)],
    [
      'event loop delay p50, p99, most',
      [loop.p50Ms, loop.p99Ms, loop.mostMs].map((ms) => ms.toFixed(0)).join(', '),
    ],
    ['event loop busy', loop.busy.toFixed(2)],
    ['CPUs of the coordinator, its main thread', `${perSecond(cpu)}, ${(main / seconds).toFixed(2)}`],
    [
      'CPU ms per update, of its main thread',
      [cpu, main].map((each) => ((1000 * each) / load.accepted).toFixed(1)).join(', '),
    ],
    ['CPUs of the devices', (load.cpuSeconds / seconds).toFixed(2)],
    [
      'event loop delay of devices, probes, p99',
      `${load.loopP99Ms.toFixed(0)}, ${probes.loopP99Ms.toFixed(0)} ms`,
    ],
    ['hand-out of a round', `${load.handOutSeconds.map((each) => each.toFixed(1)).join(', ')} s`],
    ['refused', JSON.stringify({ ...load.refused, ...probes.refused })],
    ['load average of the last minute', trial.loadAverage.toFixed(1)],
  ];
  console.log('| | |\n| --- | --- |');
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
  console.log('\n| request | count | p50 ms | p99 ms | most ms |\n| --- | ---: | ---: | ---: | ---: |');
  for (const [who, { latencies }] of Object.entries({ probe: probes, device: load })) {
    for (const [kind, { count, p50, p99, most }] of Object.entries(latencies)) {
      console.log(
        `| ${who}: ${kind} | ${count} | ${[p50, p99, most].map((ms) => ms.toFixed(0)).join(' | ')} |`,
      );
    }
  }
  const spent = [...threads].sort(([, one], [, other]) => other - one).filter(([, each]) => each >= 0.5);
  console.log('\n| threads of the coordinator | CPU s |\n| --- | ---: |');
  for (const [name, each] of spent) console.log(`| ${name} | ${each.toFixed(1)} |`);
}

function describeMemory({ memory: { heapTotal, heapUsed, arrayBuffers } }: LoopFigures): string {
  return `${[heapTotal, heapUsed, arrayBuffers].map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(', ')} MB`;
}

async function raiseDevices(counts: readonly number[]): Promise<void> {
  console.log(
    '| devices | updates/s | p99 ms | memory MB | CPUs coordinator | CPUs devices | load | gives out |',
  );
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |');
  for (const devices of counts) {
    const trial = await runTrial(devices);
    const { load, seconds, before, after, loadAverage } = trial;
    const p99 = worstP99(trial);
    const rate = load.accepted / seconds;
    const faults = [
      ...(p99 > GOALS.p99Ms ? ['latency'] : []),
      ...(after.mostMemoryMb > GOALS.memoryMb ? ['memory'] : []),
      ...(rate < GOALS.share * Number(values.rate) ? ['rate'] : []),
    ];
    const shares = [after.cpuSeconds - before.cpuSeconds, load.cpuSeconds].map((each) =>
      (each / seconds).toFixed(2),
    );
    const figures = [devices, rate.toFixed(0), p99.toFixed(0), after.mostMemoryMb.toFixed(0), ...shares];
    console.log(`| ${[...figures, loadAverage.toFixed(1), faults.join(', ') || 'nothing'].join(' | ')} |`);
    if (faults.length > 0) return;
  }
}

function worstP99({ probes }: Trial): number {
  return Math.max(...Object.values(probes.latencies).map(({ p99 }) => p99));
}
