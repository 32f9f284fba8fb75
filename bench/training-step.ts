/**
 * A LoRA training step of MiniLM-L6 in Legend and in PyTorch + PEFT, measured in turn on this machine:
 *
 *     npm run bench:step                      Legend alone: share of the matrix product's rate, compile time
 *     npm run bench:step -- --python PYTHON   and against PyTorch (bench/peers/requirements.txt installed there)
 *
 * Batch 16 × 64 tokens, rank 8 on query and value, float32, one thread, AdamW, clipping; the same on both sides.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { folderFiles } from '@legend-fl/adapter/node';
import { resolveModel } from '@legend-fl/catalogue';
import { openModel } from '@legend-fl/models';
import { Engine, timedProduct, timedStep } from '@legend-fl/trainer';
import { nodeRuntime } from '@legend-fl/trainer/node';
import { median } from './median.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    model: { type: 'string', default: 'minilm-l6' },
    batch: { type: 'string', default: '16' },
    tokens: { type: 'string', default: '64' },
    rank: { type: 'string', default: '8' },
    threads: { type: 'string', default: '1' },
    depths: { type: 'string', default: '6,5,4,3,2,1' },
    rounds: { type: 'string', default: '9' },
  },
});
const shape = { batchSize: Number(values.batch), tokens: Number(values.tokens), rank: Number(values.rank) };
const threads = Number(values.threads);
const rounds = Number(values.rounds);

const { folder } = await resolveModel(values.model);
const model = await openModel(folderFiles(folder), { classes: 2, seed: 1 });
const runtime = nodeRuntime({ threads });
const product = await timedProduct(runtime);
const engine = new Engine(model, runtime);
// Reads the weights, which the graphs of all depths share.
await timedStep(engine, model, { ...shape, rank: 1 }, 1);

console.log(
  `${values.model}, batch ${shape.batchSize} x ${shape.tokens} tokens, rank ${shape.rank} on query and value`,
);
console.log(`${cpus()[0]?.model}, ${threads} thread(s), medians of ${rounds} rounds measured in turn\n`);
console.log(
  '| depth | compile ms | Legend ms | GFLOP/s | of matrix product | PyTorch ms | PyTorch / Legend |',
);
console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const depth of values.depths.split(',').map(Number)) await compare(depth);

async function compare(depth: number): Promise<void> {
  const compileStart = performance.now();
  const { step } = await timedStep(engine, model, shape, depth);
  const compileMs = performance.now() - compileStart;
  const peer = values.python === undefined ? undefined : await startPeer(values.python, depth);
  const samples = { product: [] as number[], legend: [] as number[], peer: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    const measured = {
      product: await product.seconds(),
      legend: await step.seconds(),
      peer: (await peer?.seconds()) ?? 0,
    };
    // The first round warms up.
    if (round < 0) continue;
    samples.product.push(measured.product);
    samples.legend.push(measured.legend);
    samples.peer.push(measured.peer);
  }
  peer?.stop();
  const seconds = median(samples.legend);
  const rate = step.flops / seconds;
  const ratios = samples.peer.map((value, index) => value / (samples.legend[index] ?? Number.NaN));
  const cells = [
    depth,
    compileMs.toFixed(0),
    (1000 * seconds).toFixed(0),
    (rate / 1e9).toFixed(1),
    `${((100 * rate * median(samples.product)) / product.flops).toFixed(0)}%`,
    peer ? (1000 * median(samples.peer)).toFixed(0) : '–',
    peer ? `${median(ratios).toFixed(2)}x` : '–',
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

/** The Python side, which answers `step N` with the seconds of N steps. */
async function startPeer(python: string, depth: number) {
  const script = fileURLToPath(new URL('peers/peft_step.py', import.meta.url));
  const options = {
    model: folder,
    batch: values.batch,
    tokens: values.tokens,
    rank: values.rank,
    threads,
    depth,
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(python, [script, ...args, '--serve'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<{ readonly all?: readonly number[] }> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the Python peer ended early');
    return JSON.parse(value);
  };
  await answer();
  return {
    seconds: async (): Promise<number> => {
      child.stdin.write('step 1\n');
      return (await answer()).all?.[0] ?? Number.NaN;
    },
    stop: () => child.stdin.end(),
  };
}
