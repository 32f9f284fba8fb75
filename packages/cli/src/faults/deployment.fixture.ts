import { createHash, createPrivateKey } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  deviceViewSchema,
  hashToken,
  type PrivateKey,
  privateKeySchema,
  runViewSchema,
} from '@legend-fl/protocol';
import { roundRecordSchema } from '@legend-fl/runs';
import { z } from 'zod';
import { labelledRows, newFolder, tinyModel } from '../testing/run-legend.ts';
import { endLater } from './end-later.fixture.ts';
import { LegendProcess } from './legend-process.fixture.ts';
import { Network } from './network.fixture.ts';

/**
 * A coordinator and two devices, all of them real programs. What the devices train depends on their keys, their data and
 * the settings alone, and what is planned on nothing that is measured: so two runs end with the same bits whatever
 * happens to the one and not to the other.
 */

/** What RFC 8410 puts before the 32 bytes of an Ed25519 private key. */
const ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The same key for the same number on every machine. Device ids are made from keys, and batches drawn from ids: with keys
 * drawn anew a run would now and then train to another end, or diverge.
 */
function keyOf(number: number): PrivateKey {
  const seed = createHash('sha256').update(`device ${number}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([ED25519_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  return privateKeySchema.parse(key.export({ format: 'jwk' }));
}

const toldSchema = z.object({
  url: z.string(),
  operatorToken: z.string().nullable(),
  joinToken: z.string().nullable(),
});

const settingsOf = (data: string, changes: Readonly<Record<string, unknown>>) => ({
  name: 'demo',
  model: tinyModel,
  data,
  // All devices train all blocks, however fast they turn out to be.
  strategy: 'fedlora',
  rounds: 3,
  minimumDevices: 2,
  minimumCohort: 1,
  gatherSeconds: 0,
  // What such a message leaves unsaid a device owes to the next: state that must survive, too.
  codec: 'int8',
  roundDeadline: { factor: 1, graceSeconds: 600 },
  local: { steps: 60, batchSize: 4, maxLength: 16, learningRate: 0.003 },
  ...changes,
});

export interface ServePlace {
  /** Folder of the coordinator; default: one of its own. */
  readonly dir?: string;
  /** Command line before that of the coordinator. */
  readonly launcher?: readonly string[];
  readonly args?: readonly string[];
}

export class Deployment {
  readonly folder: string;
  readonly run = 'demo';
  readonly #dir: string;
  /** Where this process sees the coordinator's folder. */
  dir: string;
  readonly #launcher: readonly string[];
  readonly #args: readonly string[];
  readonly #runFile: string;
  #coordinator: LegendProcess | undefined;
  #port = '0';
  #url: string | undefined;
  #operatorToken = '';
  joinToken = '';

  private constructor(folder: string, runFile: string, { dir, launcher, args }: ServePlace) {
    this.folder = folder;
    this.#dir = dir ?? join(folder, 'coordinator');
    this.dir = this.#dir;
    this.#launcher = launcher ?? [];
    this.#args = args ?? [];
    this.#runFile = runFile;
  }

  /** A coordinator that has not been started. */
  static async make(
    changes: Readonly<Record<string, unknown>> = {},
    place: ServePlace = {},
  ): Promise<Deployment> {
    const folder = await newFolder();
    const data = join(folder, 'held-out.jsonl');
    await writeFile(data, toLines(labelledRows(12, 100)));
    const runFile = join(folder, 'run.json');
    await writeFile(runFile, JSON.stringify(settingsOf(data, changes)));
    return new Deployment(folder, runFile, place);
  }

  get url(): string {
    if (this.#url === undefined) throw new Error('The coordinator has not been started.');
    return this.#url;
  }

  get coordinator(): LegendProcess {
    if (this.#coordinator === undefined) throw new Error('The coordinator has not been started.');
    return this.#coordinator;
  }

  /** Starts the coordinator, later on at the same address, and does not wait for it. */
  launch(): LegendProcess {
    const args = ['serve', this.#runFile, '--dir', this.#dir, '--port', this.#port, '--json', ...this.#args];
    this.#coordinator = new LegendProcess(args, { launcher: this.#launcher });
    return this.#coordinator;
  }

  /** Starts the coordinator and waits until it serves. */
  async start(): Promise<void> {
    const [text] = await this.launch().says(/^\{\n {2}"url"(?:.|\n)*?^\}$/m);
    const told = toldSchema.parse(JSON.parse(text));
    this.#url = told.url;
    this.#port = new URL(told.url).port;
    this.#operatorToken = told.operatorToken ?? this.#operatorToken;
    this.joinToken = told.joinToken ?? this.joinToken;
  }

  stateFolder(number: number): string {
    return join(this.folder, `device-${number}`);
  }

  /** Where the examples of a device are. */
  dataFile(number: number): string {
    return join(this.folder, `data-${number}.jsonl`);
  }

  /**
   * Starts a device, which has the same key and the same data in every run, and waits until it takes part.
   * @param options `url` of the coordinator, or of a network before it; `args`: further options of `legend join`
   */
  async join(
    number: number,
    {
      url = this.url,
      env = {},
      args: more = [],
    }: {
      readonly url?: string;
      readonly env?: Record<string, string>;
      readonly args?: readonly string[];
    } = {},
  ): Promise<LegendProcess> {
    const [state, data] = [this.stateFolder(number), this.dataFile(number)];
    if ((await readFile(join(state, 'device.json')).catch(() => undefined)) === undefined) {
      await mkdir(state, { recursive: true });
      const identity = {
        formatVersion: 1,
        url,
        tokenSha256: await hashToken(this.joinToken),
        key: keyOf(number),
        enrolled: null,
      };
      await writeFile(join(state, 'device.json'), JSON.stringify(identity));
      await writeFile(data, toLines(labelledRows(30, number)), { flag: 'wx' }).catch(() => {});
    }
    const limits = ['--max-threads', '1', '--max-memory', '2000'];
    const own = ['--token', this.joinToken, '--data', data, '--state', state];
    const args = ['join', url, ...own, ...limits, ...more];
    const device = new LegendProcess(args, { env });
    await device.says(/ in run "demo"/);
    return device;
  }

  /** A network between devices and the coordinator, gone with the test. */
  async network(): Promise<Network> {
    const network = new Network(() => this.url);
    await network.start();
    endLater(() => network.stop());
    return network;
  }

  asOperator(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${this.#operatorToken}` },
    });
  }

  async view(): Promise<z.output<typeof runViewSchema>> {
    const views = z.array(runViewSchema).parse(await (await this.asOperator('/v1/operator/runs')).json());
    const view = views.find(({ id }) => id === this.run);
    if (view === undefined) throw new Error('The run is gone.');
    return view;
  }

  async devices(): Promise<readonly z.output<typeof deviceViewSchema>[]> {
    return z.array(deviceViewSchema).parse(await (await this.asOperator('/v1/operator/devices')).json());
  }

  /**
   * Waits this long, but at most until the coordinator has planned round `last` of its run: however fast the machine, what
   * comes next happens in a run that is not over.
   */
  async pauseUntil(last: number, timeMs: number): Promise<void> {
    const over = new AbortController();
    const planned = () => {
      const rounds = [...this.coordinator.text.matchAll(/Round (\d+) is planned/g)].map((match) =>
        Number(match[1]),
      );
      return Promise.resolve(rounds.some((round) => round >= last));
    };
    await Promise.race([pause(timeMs), this.until(planned, over.signal)]);
    over.abort();
  }

  /** Waits until something holds. */
  async until(holds: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
    while (signal?.aborted !== true && !(await holds())) await pause(20);
  }

  /** Waits until the devices have been told that the run is finished, and the results are written. */
  async finish(...devices: readonly LegendProcess[]): Promise<string> {
    for (const device of devices) {
      const { code, stderr } = await device.ended;
      if (code !== 0) throw new Error(`A device ended with ${code}:\n${stderr}`);
    }
    await this.until(async () => (await readFile(join(this.dir, SUMMARY)).catch(() => null)) !== null);
    return adapterIn(this.dir);
  }

  /** Bytes of each upload that has begun and is not whole. */
  async partialUploads(): Promise<readonly number[]> {
    const folder = join(this.dir, 'uploads');
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    const parts = names.filter((name) => name.endsWith('.part')).map((name) => stat(join(folder, name)));
    return (await Promise.all(parts)).map(({ size }) => size).filter((size) => size > 0);
  }

  /** Why each device of a finished round was dropped from it; undefined where it was not. */
  async dropped(round: number): Promise<readonly (string | undefined)[]> {
    const text = await (await this.asOperator(`/v1/operator/runs/${this.run}/rounds.jsonl`)).text();
    const records = text
      .trim()
      .split('\n')
      .map((line) => roundRecordSchema.parse(JSON.parse(line)));
    return records.find((record) => record.round === round)?.devices.map(({ dropped }) => dropped) ?? [];
  }

  /** Updates of each device that have counted, in order of enrolment. */
  async counted(): Promise<readonly number[]> {
    return (await this.devices()).map(({ updates }) => updates);
  }
}

const SUMMARY = 'runs/demo/summary.json';

/** SHA-256 of the adapter that a run has ended with. */
export async function adapterIn(dir: string): Promise<string> {
  const bytes = await readFile(join(dir, 'runs/demo/adapter/adapter_model.safetensors'));
  return createHash('sha256').update(bytes).digest('hex');
}

/** The adapter of a run of these devices and settings to which nothing happens. */
export async function undisturbedAdapter(
  changes: Readonly<Record<string, unknown>> = {},
  numbers: readonly number[] = [1, 2],
): Promise<string> {
  const deployment = await Deployment.make(changes);
  await deployment.start();
  const devices: LegendProcess[] = [];
  for (const number of numbers) devices.push(await deployment.join(number));
  const adapter = await deployment.finish(...devices);
  await deployment.coordinator.interrupt();
  return adapter;
}

const expected = new Map<string, Promise<string>>();

/** The same, run once for each file of tests and settings. */
export function expectedAdapter(
  changes: Readonly<Record<string, unknown>> = {},
  numbers: readonly number[] = [1, 2],
): Promise<string> {
  const key = JSON.stringify([changes, numbers]);
  const adapter = expected.get(key) ?? undisturbedAdapter(changes, numbers);
  expected.set(key, adapter);
  return adapter;
}

function toLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
