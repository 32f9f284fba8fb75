import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { RoundSum, SumTask } from './sum-updates.ts';

/**
 * Adds up a round's updates in a worker thread, so that requests are answered meanwhile.
 * @throws what the worker threw; the signal's reason when it aborts
 */
export async function sumInWorker(task: SumTask, signal: AbortSignal): Promise<RoundSum> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./sum-worker.ts', import.meta.url), { workerData: task });
  // The thread runs nothing but JavaScript, so it may be ended at any point.
  const end = () => void worker.terminate();
  signal.addEventListener('abort', end);
  const gone = new Promise((resolve) => worker.once('exit', resolve));
  try {
    // `once` rejects with the worker's error.
    const answer = once(worker, 'message') as Promise<[RoundSum]>;
    const exit = once(worker, 'exit').then(([code]) => {
      signal.throwIfAborted();
      throw new Error(`the thread that adds up updates ended with code ${code}`);
    });
    exit.catch(() => {});
    const [sum] = await Promise.race([answer, exit as Promise<never>]);
    return sum;
  } finally {
    // With its answer out, the thread has nothing left to do and ends by itself. A process that ends while one of its
    // threads is about to can crash.
    await gone;
    signal.removeEventListener('abort', end);
  }
}
