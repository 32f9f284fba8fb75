import { readdirSync, readFileSync } from 'node:fs';

/** Of a process, as Linux counts. */
export interface ProcessFigures {
  readonly at: number;
  readonly memoryMb: number;
  /** The most that it ever had. */
  readonly mostMemoryMb: number;
  readonly cpuSeconds: number;
  /** Of the thread that runs the event loop. */
  readonly mainSeconds: number;
  /** Bytes sent to the disk so far. */
  readonly writtenBytes: number;
}

/** Clock ticks of /proc in a second; Linux has shown no other number for twenty years. */
const TICKS = 100;

export function readProcess(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (text: string, name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    at: performance.now(),
    memoryMb: field(status, 'VmRSS') / 1024,
    mostMemoryMb: field(status, 'VmHWM') / 1024,
    cpuSeconds: secondsOf(`/proc/${pid}/stat`),
    mainSeconds: secondsOf(`/proc/${pid}/task/${pid}/stat`),
    writtenBytes: field(readFileSync(`/proc/${pid}/io`, 'utf8'), 'write_bytes'),
  };
}

/** CPU seconds of the threads by name; threads that have ended do not count. */
export function readThreads(pid: number): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const name = readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim();
      const spent = secondsOf(`/proc/${pid}/task/${thread}/stat`);
      seconds.set(name, (seconds.get(name) ?? 0) + spent);
    } catch {
      // It has ended meanwhile.
    }
  }
  return seconds;
}

function secondsOf(path: string): number {
  // The name, in brackets, may hold spaces.
  const fields = readFileSync(path, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
