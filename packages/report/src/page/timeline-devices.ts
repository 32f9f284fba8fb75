import type { RunView, SeedView } from './report-view.ts';

/** What a device does in a round, in this order; also the names of their colours. */
export const phases = ['download', 'forward', 'backward', 'upload', 'waiting'] as const;

/** One device in one round: the seconds at which each phase begins and ends. */
export interface TimelineDevice {
  readonly name: string;
  readonly kind: string;
  readonly depth: number;
  /** Until it was done, or vanished. */
  readonly seconds: number;
  /** Why it dropped out. */
  readonly reason: string | undefined;
  readonly spans: readonly {
    readonly colour: (typeof phases)[number];
    readonly from: number;
    readonly to: number;
  }[];
}

interface TimelineRound {
  readonly run: RunView;
  readonly seed: SeedView;
  /** Of the round, from 0. */
  readonly position: number;
  /** Instead of kind by kind. */
  readonly byCompletion: boolean;
}

export function timelineDevices({ run, seed, position, byCompletion }: TimelineRound): TimelineDevice[] {
  const round = seed.timelines[position];
  if (round === undefined) return [];
  const { names, kinds, kindOf } = run;
  const dropped = new Map(round.dropped.map(([at, seconds, reason]) => [at, { seconds, reason }]));
  const end = seed.rounds.roundSeconds[position] ?? 0;
  const devices = round.devices.map((device, at) => {
    const { seconds: vanished = Number.POSITIVE_INFINITY, reason } = dropped.get(at) ?? {};
    let from = 0;
    const spans: TimelineDevice['spans'][number][] = [];
    for (const phase of phases) {
      if (phase === 'waiting') break;
      const to = Math.min(vanished, from + (round[phase][at] ?? 0));
      spans.push({ colour: phase, from, to });
      from = to;
    }
    if (reason === undefined) spans.push({ colour: 'waiting', from, to: Math.max(from, end) });
    return {
      device,
      name: names[device] ?? '',
      kind: kinds[kindOf[device] ?? -1] ?? '',
      depth: round.depth[at] ?? 0,
      seconds: reason === undefined ? from : vanished,
      reason,
      spans,
    };
  });
  return devices.sort((one, other) =>
    byCompletion ? one.seconds - other.seconds : one.device - other.device,
  );
}
