import { freemem, totalmem } from 'node:os';

/** Of what is free, what training may take: the rest is for whatever else grows. */
const SHARE_OF_FREE = 0.8;
/** Some systems count as used what they give back at once, so that at least this share of all memory counts (ours). */
const LEAST_SHARE = 0.25;

/** What a machine says of its memory, in bytes. */
export interface MachineMemory {
  readonly total: number;
  /** Of the container that the process runs in; 0 for none. */
  readonly constrained: number;
  /** Within the container, or on the machine. */
  readonly available: number;
  /** Of this process. */
  readonly own: number;
}

export function readMemory(): MachineMemory {
  return {
    total: totalmem(),
    constrained: process.constrainedMemory() ?? 0,
    available: Math.min(process.availableMemory(), freemem()),
    own: process.memoryUsage.rss(),
  };
}

/** Bytes that training may take where nobody has said. */
export function memoryBudget({ total, constrained, available, own }: MachineMemory): number {
  const limit = constrained > 0 ? Math.min(total, constrained) : total;
  const free = SHARE_OF_FREE * Math.min(limit, available + own);
  return Math.floor(Math.max(free, LEAST_SHARE * limit));
}
