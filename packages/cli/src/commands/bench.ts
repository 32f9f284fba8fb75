import { cpus } from 'node:os';
import { folderFiles } from '@legend-fl/adapter/node';
import { openModel } from '@legend-fl/models';
import { measureCapacity } from '@legend-fl/trainer';
import { nodeRuntime } from '@legend-fl/trainer/node';
import { Command } from 'commander';
import { addProfileOptions, type ProfileOptions, profileTarget, writeProfile } from '../device-profile.ts';
import { integerFrom, sharedOptions } from '../options.ts';
import { locateModel } from '../resolve-inputs.ts';

interface BenchOptions extends ProfileOptions {
  readonly model: string;
  readonly batchSize: number;
  readonly tokens: number;
  readonly rank: number;
  readonly threads: number;
  readonly repeats: number;
  readonly json?: boolean;
}

export function benchCommand(): Command {
  const command = new Command('bench')
    .description("this machine's training speed: milliseconds per block, tokens per second, share of peak")
    .addOption(sharedOptions.model().default('minilm-l6'))
    .option('--batch-size <n>', 'examples per step', integerFrom(1), 16)
    .option('--tokens <n>', 'tokens per example', integerFrom(2), 64)
    .option('--rank <n>', 'LoRA rank', integerFrom(1), 8)
    .option('--repeats <n>', 'number of measurements; the median counts', integerFrom(1), 7)
    .addOption(sharedOptions.threads().default(1))
    .addOption(sharedOptions.json())
    .action(bench);
  return addProfileOptions(command);
}

async function bench(options: BenchOptions): Promise<void> {
  const { batchSize, tokens, rank, threads, repeats } = options;
  const target = await profileTarget(options);
  const { folder, id } = await locateModel(options.model);
  const model = await openModel(folderFiles(folder), { seed: 0 });
  const capacity = await measureCapacity(
    model,
    nodeRuntime({ threads }),
    { batchSize, tokens, rank },
    repeats,
  );
  const measured = { ...capacity, peakMemoryBytes: process.resourceUsage().maxRSS * 1024 };
  const setting = { cpu: cpus()[0]?.model, threads, batchSize, tokens, rank };
  const shape = `batch ${batchSize} x ${tokens} tokens, rank ${rank}, threads ${threads}, ${setting.cpu}`;
  const device = target && (await writeProfile(target, capacity, `${id}, ${shape}`));
  if (options.json) {
    const profile = target && { fleetProfile: { file: target.file, device } };
    console.log(JSON.stringify({ ...setting, ...measured, ...profile }, null, 2));
    return;
  }
  const ms = (seconds: number) => `${(1000 * seconds).toFixed(1)} ms`;
  console.log(`${options.model}, ${shape}`);
  console.log(`forward           ${ms(measured.forwardSecondsPerBlock)} per block`);
  console.log(`backward          ${ms(measured.backwardSecondsPerBlock)} per block`);
  for (const [index, seconds] of measured.stepSeconds.entries()) {
    console.log(`step of depth ${index + 1}   ${ms(seconds)}`);
  }
  console.log(
    `full depth        ${measured.tokensPerSecond.toFixed(0)} tokens/s, ${measured.examplesPerSecond.toFixed(1)} examples/s`,
  );
  console.log(`matrix product    ${(measured.peakFlops / 1e9).toFixed(1)} GFLOP/s (ONNX Runtime, float32)`);
  console.log(`share of that     ${(100 * measured.shareOfPeak).toFixed(0)}% in a full-depth step`);
  console.log(`peak memory       ${(measured.peakMemoryBytes / 1e6).toFixed(0)} MB`);
  if (target) console.log(`device profile    ${target.id}, written to ${target.file}`);
}
