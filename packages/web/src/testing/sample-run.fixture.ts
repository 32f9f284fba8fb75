import {
  type DeviceView,
  deviceStatus,
  type LogEntry,
  type RoundView,
  type RunView,
} from '@legend-fl/protocol';

export interface SampleRun {
  readonly run: RunView;
  readonly devices: DeviceView[];
  readonly rounds: RoundView[];
  readonly log: LogEntry[];
}

const kinds: readonly DeviceView['runtime'][] = [
  { kind: 'browser', about: 'wasm, 4 threads' },
  { kind: 'node', about: 'cpu, 8 threads' },
  { kind: 'browser', about: 'webgpu' },
  { kind: 'node', about: 'cpu, 2 threads' },
];
/** Every status, and more of those that most devices have in the midst of a round. */
const likely: readonly DeviceView['status'][] = [
  ...deviceStatus.options.filter((status) => status !== 'finished'),
  ...Array.from({ length: 9 }, () => 'training' as const),
  ...Array.from({ length: 5 }, () => 'updated' as const),
];
const names = ['kiosk', 'laptop', 'tablet', 'edge-box'];

/** What goes wrong with some of the devices, by their number within each dozen. */
const troubles: ReadonlyMap<number, Partial<DeviceView>> = new Map([
  [
    1,
    {
      clipped: 2,
      claimedSeconds: 17.2,
      measuredSeconds: 44.8,
      note: 'Not waited for: its last 2 updates took more than twice as long as its own figures say.',
    },
  ],
  [
    5,
    { refused: 3, note: 'Its last update was refused: block 6, query, A holds values that are not finite.' },
  ],
  [7, { clipped: 1 }],
  [
    8,
    {
      status: 'idle',
      claimedSeconds: 190,
      measuredSeconds: 38.4,
      note: 'Left out of this round: by its own figures a local step takes 3,600 s, longer than the round may.',
    },
  ],
]);

/** A run in the midst of a round, which looks the same whenever it is made at the same time. */
export function sampleRun({
  devices: count = 3,
  rounds: finished = 12,
  blocks = 6,
  at = Date.now(),
}): SampleRun {
  const draw = seededDraws(count * 1000 + finished);
  const rounds = Array.from({ length: finished }, (_, index) =>
    sampleRound(index + 1, { count, blocks, at, draw, finished }),
  );
  const devices = Array.from({ length: count }, (_, index) =>
    sampleDevice(index, { blocks, at, draw, finished }),
  );
  const last = rounds.at(-1);
  const sum = (key: 'bytesUp' | 'bytesDown') => rounds.reduce((total, round) => total + round[key], 0);
  const having = (...statuses: DeviceView['status'][]) =>
    devices.filter(({ status }) => statuses.includes(status)).length;
  const run: RunView = {
    id: 'run-1',
    name: 'Reviews',
    strategy: 'legend',
    model: 'minilm-l6',
    blocks,
    status: 'running',
    phase: 'collecting',
    about: '',
    warning: '',
    round: finished + 1,
    attempt: 1,
    rounds: 40,
    targetAccuracy: 0.85,
    accuracy: last?.accuracy ?? null,
    loss: last?.loss ?? null,
    baseline: finished === 0 ? null : { accuracy: 0.507, loss: 0.6951 },
    paused: false,
    editable: finished === 0,
    devices: {
      enrolled: count,
      present: count - having('away', 'left', 'revoked'),
      assigned: count - having('away', 'left', 'quarantined', 'revoked', 'idle', 'paused'),
      updated: having('updated'),
      dropped: having('dropped'),
    },
    rankDistribution: Array.from({ length: blocks }, (_, index) => 4 + index * 2),
    bytesUp: sum('bytesUp'),
    bytesDown: sum('bytesDown'),
    createdAt: at - 3_600_000,
    assignedAt: at - 20_000,
    deadlineAt: at + 95_000,
  };
  return { run, devices, rounds, log: sampleLog(devices, rounds.at(-1), at) };
}

interface Setting {
  readonly blocks: number;
  readonly at: number;
  readonly finished: number;
  readonly draw: () => number;
}

function sampleRound(round: number, setting: Setting & { readonly count: number }): RoundView {
  const { count, blocks, at, finished, draw } = setting;
  const depths = Array.from({ length: blocks }, () => 0);
  for (let device = 0; device < count; device++) {
    const block = depthOf(device, round, blocks) - 1;
    depths[block] = (depths[block] ?? 0) + 1;
  }
  const learnt = 1 - Math.exp(-round / 9);
  return {
    run: 'run-1',
    round,
    finishedAt: at - (finished - round + 1) * 62_000,
    seconds: round * 62,
    roundSeconds: 52 + 18 * draw(),
    waitingSeconds: 6 + 9 * draw(),
    accuracy: 0.52 + 0.33 * learnt + 0.02 * (draw() - 0.5),
    loss: 0.69 - 0.34 * learnt + 0.02 * (draw() - 0.5),
    bytesUp: Math.round(count * (180_000 + 40_000 * draw())),
    bytesDown: Math.round(count * (210_000 + 20_000 * draw())),
    depths,
    updated: Math.max(1, count - (round % 5 === 0 ? 1 : 0)),
    dropped: round % 5 === 0 ? 1 : 0,
    clipped: round % 4 === 0 ? 1 : 0,
  };
}

/** The depth of a device in a round: devices differ, and change now and then. */
export function depthOf(device: number, round: number, blocks: number): number {
  const strength = Math.abs(Math.sin(device * 12.9898)) ** 1.4;
  const mood = 0.16 * Math.sin(device + Math.floor(round / 4) * 1.7);
  return 1 + Math.max(0, Math.min(blocks - 1, Math.floor((strength + mood) * blocks)));
}

function sampleDevice(index: number, { blocks, at, finished, draw }: Setting): DeviceView {
  const trouble = troubles.get(index % 12);
  const drawn = index === 0 ? 'training' : (likely[Math.floor(draw() * likely.length)] ?? 'training');
  const status = trouble?.status ?? drawn;
  const assigned = !['idle', 'paused', 'evaluating', 'away', 'left', 'quarantined', 'revoked'].includes(
    status,
  );
  const depth = depthOf(index, finished + 1, blocks);
  const step =
    status === 'training' ? 1 + Math.floor(draw() * 38) : ['updated', 'uploading'].includes(status) ? 40 : 0;
  const loss = step > 0 ? 0.3 + 0.3 * draw() : null;
  const plannedSeconds = assigned ? 45 + 20 * draw() : null;
  const examples = 60 + Math.floor(draw() * 900);
  const updates = Math.floor(finished * draw());
  // Not drawn, so that what was drawn stays the same.
  const claimedSeconds = updates > 0 ? 24 + ((index * 7) % 23) : null;
  const measuredSeconds = claimedSeconds && claimedSeconds * (0.9 + 0.04 * (index % 9));
  return {
    id: `dev-${String(index + 1).padStart(5, '0')}`,
    run: 'run-1',
    name: `${names[index % names.length]}-${index + 1}`,
    runtime: kinds[index % kinds.length] ?? { kind: 'node', about: 'cpu' },
    status,
    depth: assigned ? depth : null,
    ranks: assigned ? Array.from({ length: depth }, (_, block) => 4 + 2 * (blocks - depth + block)) : [],
    step,
    steps: assigned ? 40 : 0,
    loss,
    plannedSeconds,
    assignedAt: assigned ? at - 20_000 : null,
    examples,
    updates,
    refused: 0,
    clipped: 0,
    claimedSeconds,
    measuredSeconds,
    note: '',
    lastSeenAt: status === 'away' ? at - 400_000 : at - 1000,
    ...(updates > 0 && !['left', 'revoked'].includes(status) && trouble),
    ...(status === 'quarantined' && {
      note: 'Quarantined by an operator; it gets no work until it is released.',
    }),
  };
}

function sampleLog(devices: readonly DeviceView[], last: RoundView | undefined, at: number): LogEntry[] {
  const entry = (
    secondsAgo: number,
    level: LogEntry['level'],
    text: string,
    device: string | null = null,
  ): LogEntry => ({ at: at - secondsAgo * 1000, level, run: 'run-1', device, text });
  const first = devices[0]?.id ?? null;
  const begun = entry(3600, 'info', 'The run has begun: 40 rounds of legend on minilm-l6.');
  if (last === undefined) return [begun];
  const { round, accuracy, loss } = last;
  return [
    begun,
    entry(
      90,
      'info',
      `Round ${round} is finished: accuracy ${(100 * accuracy).toFixed(1)}%, loss ${loss.toFixed(3)}.`,
    ),
    entry(
      60,
      'warning',
      `The device was not heard of for 30 s; its part of round ${round} is dropped.`,
      first,
    ),
    entry(25, 'error', 'An update was refused: its tensors are not those of the assignment.', first),
    entry(20, 'info', `Round ${round + 1} is assigned to ${devices.length} devices.`),
  ];
}

/** Numbers from 0 to 1, the same ones for the same seed (a linear congruential generator). */
function seededDraws(seed: number): () => number {
  let state = seed % 2_147_483_647 || 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
