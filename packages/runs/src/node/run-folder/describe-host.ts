import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { Host } from '../../summary/summary.ts';

/** The machine that this process runs on. */
export function describeHost(): Host {
  return {
    cpu: cpus()[0]?.model.trim() ?? process.arch,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    os: `${platform()} ${release()}`,
    node: process.version,
  };
}
