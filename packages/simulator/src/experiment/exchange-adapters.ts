import { type Adapter, restrictToDepth, type Tensor } from '@legend/adapter';
import type { DevicePlan, GlobalState } from '@legend/method';
import { decodeAdapter, decodeUpdate, encodeAdapter, encodeUpdate, type Residual } from '@legend/wire';
import type { Experiment } from './experiment.ts';

/** What a device holds once it has its assignment, and the bytes of the messages that brought it. */
export interface Received {
  /** What it starts from, as its messages say it. */
  readonly adapter: Adapter;
  readonly merged: ReadonlyMap<string, Tensor> | undefined;
  readonly bytes: number;
}

/**
 * Sends a device what it starts from, as real messages.
 * @param start what it is to start from
 * @param holdsTrunk whether it has the frozen lower blocks already
 */
export function sendDown(
  { merged }: GlobalState,
  start: Adapter,
  { depth, received = 'both' }: DevicePlan,
  codec: Experiment['codec']['down'],
  holdsTrunk: boolean,
): Received {
  if (received === 'head') return sendHead(start, merged, codec);
  const message = encodeAdapter(start, { codec, factors: received });
  const travels = holdsTrunk ? restrictToDepth(start, depth) : start;
  const bytes = travels === start ? message : encodeAdapter(travels, { codec, factors: received });
  if (codec === 'f32') return { adapter: start, merged, bytes: bytes.byteLength };
  const held = received === 'both' ? undefined : { factors: received, held: start };
  return { adapter: decodeAdapter(message, DOWN, held), merged, bytes: bytes.byteLength };
}

/** The head, and what has been merged into the base; the device makes the rest itself. */
function sendHead(
  start: Adapter,
  merged: GlobalState['merged'],
  codec: Experiment['codec']['down'],
): Received {
  const parts = new Map<string, Tensor>();
  for (const [name, tensor] of start.head) parts.set(`${HEAD}${name}`, tensor);
  for (const [path, tensor] of merged ?? []) parts.set(`${MERGED}${path}`, tensor);
  const blocks = start.blocks.map(() => new Map());
  const message = encodeAdapter({ blocks, head: parts }, { codec });
  const bytes = message.byteLength;
  if (codec === 'f32') return { adapter: start, merged, bytes };
  const arrived = [...decodeAdapter(message, DOWN).head];
  const named = (prefix: string) =>
    new Map(
      arrived.flatMap(([name, tensor]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
      ),
    );
  return { adapter: { ...start, head: named(HEAD) }, merged: merged && named(MERGED), bytes };
}

/** An update as the coordinator has it. */
export interface Sent {
  readonly adapter: Adapter;
  readonly bytes: number;
  readonly residual: Residual;
}

/**
 * Sends up what a device trained. A difference counts from what the device received; the coordinator adds it to its own
 * exact values, so that rounding on the way down does not pile up in the global adapter.
 * @param start the coordinator's values of what the device was to start from
 */
export function sendUp(
  start: Adapter,
  received: Adapter,
  trained: Adapter,
  { depth, training }: DevicePlan,
  codec: Experiment['codec']['up'],
  residual: Residual,
): Sent {
  const factors = training?.factors ?? 'both';
  const update = encodeUpdate(restrictToDepth(received, depth), trained, { codec, factors, residual });
  const sent = { bytes: update.bytes.byteLength, residual: update.residual };
  // Whole float32 messages say what was trained to the bit: reading one would only copy it.
  if (codec === 'f32' && factors === 'both') return { ...sent, adapter: trained };
  return { ...sent, adapter: decodeUpdate(restrictToDepth(start, depth), update.bytes, UP, { factors }) };
}

const DOWN = 'a message to a simulated device';
const UP = 'a message from a simulated device';
const HEAD = 'head.';
const MERGED = 'merged.';
