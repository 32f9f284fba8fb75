/**
 * Imported into the coordinator's process before its program: at each SIGUSR2 it writes how its event loop has done since
 * the last, and what memory it holds, into the file that LEGEND_BENCH_WATCH names.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

export interface LoopFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
  /** Share of the time in which it did something. */
  readonly busy: number;
  /** Of all threads, and of what the heap of the main thread and its buffers hold. */
  readonly memory: NodeJS.MemoryUsage;
}

const file = process.env.LEGEND_BENCH_WATCH;
if (isMainThread && file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let utilization = performance.eventLoopUtilization();
  process.on('SIGUSR2', () => {
    const figures: LoopFigures = {
      p50Ms: delay.percentile(50) / 1e6,
      p99Ms: delay.percentile(99) / 1e6,
      mostMs: delay.max / 1e6,
      memory: process.memoryUsage(),
      busy: performance.eventLoopUtilization(utilization).utilization,
    };
    writeFileSync(file, JSON.stringify(figures));
    delay.reset();
    utilization = performance.eventLoopUtilization();
  });
}
