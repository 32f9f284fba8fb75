import { parentPort, workerData } from 'node:worker_threads';
import { type RoundSum, type SumTask, sumUpdates } from './sum-updates.ts';

/** Adds up one round in a thread of its own. */
const sum: RoundSum = await sumUpdates(workerData as SumTask);
parentPort?.postMessage(sum, [sum.bytes.buffer as ArrayBuffer]);
