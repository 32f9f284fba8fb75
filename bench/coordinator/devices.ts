/**
 * Devices that skip the training, in a process of its own, started by `bench/coordinator-load.ts`. Everything else is as
 * devices do it: keys, credentials, enrolment, polls, uploads in parts, heart-beats, scores.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { mapTensors } from '@legend-fl/adapter';
import { type Assignment, createDeviceKey, publicKeyOf, type TrainAssignment } from '@legend-fl/protocol';
import { decodeWholeStart, encodeTrained } from '@legend-fl/runs';
import { DistinctUpdates } from './distinct-updates.ts';
import { Latencies, type LatencySummary } from './latencies.ts';
import { type Answer, type Call, type Caller, send } from './request.ts';

export interface DevicesTask {
  readonly url: string;
  /** Used in turn. */
  readonly tokens: readonly string[];
  readonly run: string;
  readonly devices: number;
  /** Updates per second, all devices together. */
  readonly rate: number;
  /** Whether every device fetches what it starts from. */
  readonly downloads: boolean;
  /** A few devices that take no part in rounds and measure how soon they are answered. */
  readonly probes: boolean;
}

/** What the process tells: once when all are enrolled, then when asked. */
export type DevicesReport =
  | { readonly type: 'enrolled'; readonly seconds: number }
  | {
      readonly type: 'figures';
      readonly accepted: number;
      readonly refused: Readonly<Record<string, number>>;
      readonly underWay: number;
      readonly latencies: Readonly<Record<string, LatencySummary>>;
      /** Between the first and the last device that got the assignment of a round. */
      readonly handOutSeconds: readonly number[];
      readonly cpuSeconds: number;
      readonly loopP99Ms: number;
    };

/** Seconds that a poll waits. */
const POLL_SECONDS = 25;
const HEARTBEAT_MS = 10_000;
const FIRST_PART_BYTES = 512 * 1024;
const ENROLLING = 16;

const task = JSON.parse(process.argv[2] ?? '{}') as DevicesTask;
const url = new URL(task.url);
const latencies = new Latencies();
const loop = monitorEventLoopDelay({ resolution: 5 });
loop.enable();
const refused = new Map<string, number>();
let accepted = 0;
let underWay = 0;
let number = 0;
let cpu = process.cpuUsage();
const handOuts = new Map<number, { first: number; last: number }>();
const due: (() => void)[] = [];
/** Those with something to train, who tell so every ten seconds. */
const working = new Set<Caller>();
const templates = new Map<string, Promise<DistinctUpdates>>();

let turns = 0;
let turnsAt = performance.now();

const capacity = {
  forwardSecondsPerBlock: 0.01,
  backwardSecondsPerBlock: 0.02,
  uploadSecondsPerByte: 1e-7,
  downloadSecondsPerByte: 1e-7,
  memoryBytes: 1e12,
};

const begun = performance.now();
const callers = await enrolAll();
tell({ type: 'enrolled', seconds: (performance.now() - begun) / 1000 });
process.on('message', (message) => {
  if (message === 'reset') reset();
  else if (message === 'figures') tell(figures());
  else process.exit(0);
});
process.on('disconnect', () => process.exit(0));
if (task.probes) for (const caller of callers) void probe(caller);
else {
  setInterval(startDue, 5);
  for (const [index, caller] of callers.entries()) {
    void live(caller);
    void beat(caller, (index / callers.length) * HEARTBEAT_MS);
  }
}

function tell(report: DevicesReport): void {
  process.send?.(report);
}

function reset(): void {
  latencies.clear();
  refused.clear();
  handOuts.clear();
  accepted = 0;
  cpu = process.cpuUsage();
  loop.reset();
}

function figures(): DevicesReport {
  const { user, system } = process.cpuUsage(cpu);
  return {
    type: 'figures',
    accepted,
    refused: Object.fromEntries(refused),
    underWay,
    latencies: latencies.summarize(),
    handOutSeconds: [...handOuts.values()].map(({ first, last }) => (last - first) / 1000),
    cpuSeconds: (user + system) / 1e6,
    loopP99Ms: loop.percentile(99) / 1e6,
  };
}

async function enrolAll(): Promise<Caller[]> {
  const indices = Array.from({ length: task.devices }, (_, index) => index);
  const enrolled: Caller[] = [];
  await Promise.all(
    Array.from({ length: ENROLLING }, async () => {
      for (let index = indices.shift(); index !== undefined; index = indices.shift()) {
        enrolled.push(await enrol(index));
      }
    }),
  );
  return enrolled;
}

async function enrol(index: number): Promise<Caller> {
  const key = await createDeviceKey({ extractable: true });
  const net = task.probes ? 11 : 10;
  const address = `${net}.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
  const caller: Caller = { url, key, address, device: undefined };
  const body = {
    token: task.tokens[index % task.tokens.length] ?? '',
    publicKey: await publicKeyOf(key),
    name: `Device ${index}`,
    runtime: { kind: 'node', about: 'bench' },
  };
  const { device } = await ask<{ device: string }>(caller, { method: 'POST', path: '/v1/devices', body });
  caller.device = device;
  // One that has told no capacity is never part of a round.
  if (!task.probes) {
    const report = { run: task.run, capacity, examples: 100 };
    await ask(caller, { method: 'POST', path: '/v1/capacity', body: report });
  }
  return caller;
}

/** The JSON of an answer that refuses nothing; throws otherwise. */
async function ask<Value>(caller: Caller, call: Call): Promise<Value> {
  const { status, body } = await send(caller, call);
  if (status >= 400) throw new Error(`${call.method} ${call.path}: ${status} ${body.toString()}`);
  return JSON.parse(body.toString() || '{}') as Value;
}

/** The same as a kind of request whose times count; undefined where it is refused or gets lost. */
async function measure(caller: Caller, kind: string, call: Call, waits = 0): Promise<Answer | undefined> {
  try {
    const answer = await send(caller, call);
    if (answer.status >= 400) {
      note(`${kind} ${(JSON.parse(answer.body.toString()) as { code: string }).code}`);
      return undefined;
    }
    latencies.add(kind, answer.milliseconds - waits);
    return answer;
  } catch (error) {
    note(`${kind} ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
    return undefined;
  }
}

function note(refusal: string): void {
  refused.set(refusal, (refused.get(refusal) ?? 0) + 1);
}

async function live(caller: Caller): Promise<void> {
  for (;;) {
    const assignment = await poll(caller);
    switch (assignment?.kind) {
      case 'train':
        working.add(caller);
        await takeTurn();
        await handIn(caller, assignment);
        working.delete(caller);
        break;
      case 'evaluate': {
        const { run, round, attempt } = assignment;
        const score = { examples: 100, correct: 50, loss: 0.7 };
        const body = { run, round, attempt, score };
        await measure(caller, 'score', { method: 'POST', path: '/v1/scores', body });
        break;
      }
      case 'finished':
        return;
    }
  }
}

async function poll(caller: Caller): Promise<Assignment | null> {
  const path = `/v1/assignment?wait=${POLL_SECONDS}`;
  try {
    const { status, body, milliseconds } = await send(caller, { method: 'GET', path });
    if (status === 204) latencies.add('poll', milliseconds - 1000 * POLL_SECONDS);
    if (status === 200) return noteAssignment(JSON.parse(body.toString()) as Assignment);
    if (status >= 400) {
      note(`poll ${status}`);
      await sleep(1000);
    }
  } catch (error) {
    note(`poll ${(error as NodeJS.ErrnoException).code}`);
    await sleep(1000);
  }
  return null;
}

function noteAssignment(assignment: Assignment): Assignment {
  if (assignment.kind !== 'train') return assignment;
  const now = performance.now();
  const times = handOuts.get(assignment.round);
  if (times === undefined) handOuts.set(assignment.round, { first: now, last: now });
  else times.last = now;
  return assignment;
}

/** Resolves when it is this device's turn to hand in, by the rate. */
function takeTurn(): Promise<void> {
  return new Promise((resolve) => due.push(resolve));
}

function startDue(): void {
  const now = performance.now();
  // What could not be started in time is not made up for by more than a tenth of a second.
  turns = Math.min(turns + (task.rate * (now - turnsAt)) / 1000, Math.max(1, task.rate / 10));
  turnsAt = now;
  for (; turns >= 1 && due.length > 0; turns--) due.shift()?.();
}

async function handIn(caller: Caller, assignment: TrainAssignment): Promise<void> {
  const { run, round, attempt, adapter } = assignment;
  const blobPath = `/v1/blobs/${adapter.sha256}`;
  if (task.downloads) await measure(caller, 'download', { method: 'GET', path: blobPath });
  const updates = await templateOf(caller, assignment);
  const { sha256, tail } = updates.make(number++);
  underWay++;
  const begin = performance.now();
  const path = `/v1/uploads/${sha256}`;
  await measure(caller, 'upload state', { method: 'GET', path });
  for (let offset = 0; offset < updates.byteLength; ) {
    const end = offset === 0 ? FIRST_PART_BYTES : updates.byteLength;
    const parts = [updates.body.subarray(offset, end), ...(end >= updates.byteLength ? [tail] : [])];
    const headers = { 'Upload-Offset': String(offset), 'Upload-Length': String(updates.byteLength) };
    const answer = await measure(caller, 'upload part', { method: 'PATCH', path, parts, headers });
    if (answer === undefined) break;
    offset = (JSON.parse(answer.body.toString()) as { offset: number }).offset;
  }
  const times = { download: 0, forward: 0.1, backward: 0.2, upload: 0.1 };
  const report = {
    run,
    round,
    attempt,
    sha256,
    examples: 100,
    loss: 0.5,
    capacity,
    bytesDown: adapter.bytes,
  };
  const body = { ...report, times };
  const answer = await measure(caller, 'update', { method: 'POST', path: '/v1/updates', body });
  if (answer !== undefined) {
    accepted++;
    latencies.add('hand-in, whole', performance.now() - begin);
  }
  underWay--;
}

/** A valid update of the assignment; the same for all devices that start from the same. */
function templateOf(caller: Caller, { adapter, plan, codec }: TrainAssignment): Promise<DistinctUpdates> {
  const known = templates.get(adapter.sha256);
  if (known !== undefined) return known;
  const made = send(caller, { method: 'GET', path: `/v1/blobs/${adapter.sha256}` }).then(({ body }) => {
    const start = decodeWholeStart(body, 'the start').adapter;
    const trained = mapTensors(start, (_, { dims, data }) => ({
      dims,
      data: data.map((value, index) => value + ((index % 7) - 3) / 1000),
    }));
    return new DistinctUpdates(encodeTrained(start, trained, plan, codec.up, new Map()).bytes);
  });
  templates.clear();
  templates.set(adapter.sha256, made);
  return made;
}

async function beat(caller: Caller, delayMs: number): Promise<void> {
  await sleep(delayMs);
  for (;;) {
    if (working.has(caller)) void heartbeat(caller);
    await sleep(HEARTBEAT_MS);
  }
}

async function heartbeat(caller: Caller): Promise<void> {
  const body = { run: task.run, activity: 'training', round: 1, step: 1, steps: 2, loss: 0.5 };
  await measure(caller, 'heartbeat', { method: 'POST', path: '/v1/heartbeat', body });
}

/** Each kind of request once in a while, one after the other. */
async function probe(caller: Caller): Promise<void> {
  for (;;) {
    await sleep(500 + 500 * Math.random());
    await heartbeat(caller);
    await measure(caller, 'poll', { method: 'GET', path: '/v1/assignment?wait=0' });
    await measure(caller, 'status', { method: 'GET', path: '/v1', open: true });
  }
}
