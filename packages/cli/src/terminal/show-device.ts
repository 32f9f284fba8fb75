import type { DeviceEvent } from '@legend-fl/device';
import { formatBytes, formatPercent } from '@legend-fl/look';
import { createLogUpdate } from 'log-update';
import { formatDuration } from './format-duration.ts';
import { noteCutTexts } from './note-cut-texts.ts';

/** Milliseconds between two lines of progress where stderr is not a terminal. */
const PLAIN_INTERVAL_MS = 5_000;

export interface DeviceDisplay {
  readonly onEvent: (event: DeviceEvent) => void;
  /** Figures of the last round that had them, for a summary. */
  readonly figures: () => { readonly lastLoss: number | null; readonly heldOutAccuracy: number | null };
  readonly done: () => void;
}

/** Shows a device's work on stderr: a line per round, and a live one where stderr is a terminal. */
export function showDevice({ json }: { readonly json?: boolean }): DeviceDisplay {
  const update = createLogUpdate(process.stderr);
  const live = process.stderr.isTTY && !json;
  let lastProgress = performance.now();
  let lastTrouble = '';
  let lastLoss: number | null = null;
  let heldOutAccuracy: number | null = null;

  const say = (line: string): void => {
    if (live) update.clear();
    console.error(line);
  };
  const progress = (line: string): void => {
    const now = performance.now();
    if (live) {
      update(line);
    } else if (now - lastProgress > PLAIN_INTERVAL_MS) {
      lastProgress = now;
      console.error(line);
    }
  };
  const moment = (line: string): void => {
    if (live) update(line);
  };

  const onEvent = (event: DeviceEvent): void => {
    switch (event.type) {
      case 'connected': {
        const { name, strategy, rounds, base } = event.run;
        say(`${event.device} in run "${name}": ${base.model}, ${strategy}, at most ${rounds} rounds`);
        return;
      }
      case 'model-progress':
        progress(`base model ${portion(event)}`);
        return;
      case 'data-ready':
        say(`${event.training} examples to train on, ${event.heldOut} held out; they stay on this machine`);
        noteCutTexts(event.truncated, event.maxLength);
        return;
      case 'measuring':
        moment('measuring this machine');
        return;
      case 'measured': {
        const { forwardSecondsPerBlock: forward, backwardSecondsPerBlock: backward } = event.capacity;
        const memory = formatBytes(event.capacity.memoryBytes);
        say(
          `${milliseconds(forward)} forward and ${milliseconds(backward)} back per block, memory ${memory}`,
        );
        return;
      }
      case 'waiting':
        moment('waiting for an assignment');
        return;
      case 'assigned': {
        const { round, rounds, depth, ranks, steps } = event;
        say(`round ${round} of ${rounds}: depth ${depth}, ranks ${ranks.join(' ')}, ${steps} steps`);
        return;
      }
      case 'downloading':
        progress(`adapter ${portion(event)}`);
        return;
      case 'step':
        progress(`round ${event.round}  step ${event.step}/${event.steps}  loss ${event.loss.toFixed(4)}`);
        return;
      case 'uploading':
        progress(`update ${portion(event)}`);
        return;
      case 'accepted': {
        lastLoss = event.loss;
        const how = event.resent
          ? 'sent again, as it was trained before'
          : `took ${formatDuration(event.seconds)}`;
        say(`round ${event.round}: loss ${event.loss.toFixed(4)}, ${how}`);
        return;
      }
      case 'evaluating':
        moment(`round ${event.round}  scoring the global adapter`);
        return;
      case 'scored':
        if (event.score === null) return;
        heldOutAccuracy = event.score.accuracy;
        say(`round ${event.round}: accuracy ${formatPercent(event.score.accuracy)} on the held-out examples`);
        return;
      case 'rejected':
        say(describeRejection(event));
        return;
      case 'paused':
        say(`paused: ${event.reason}`);
        return;
      case 'resumed':
        say('resumed');
        return;
      case 'reconnecting':
        // One line per reason, however many attempts there are.
        if (event.reason !== lastTrouble) say(`${event.reason} Retrying until it works.`);
        lastTrouble = event.reason;
        moment(`next attempt in ${formatDuration(event.seconds)}`);
        return;
      case 'reconnected':
        lastTrouble = '';
        say('connected again');
        return;
      case 'finished':
        say(`the run is finished: ${event.reason}`);
        return;
      case 'left':
        say('left the run');
        return;
    }
  };
  const done = (): void => {
    update.clear();
    update.done();
  };
  return { onEvent, figures: () => ({ lastLoss, heldOutAccuracy }), done };
}

function portion({ bytes, total }: { readonly bytes: number; readonly total: number }): string {
  return `${formatBytes(bytes)} of ${formatBytes(total)}`;
}

function describeRejection({
  kind,
  round,
  code,
  reason,
  late,
}: Extract<DeviceEvent, { type: 'rejected' }>): string {
  const why = late
    ? `its ${kind === 'train' ? 'update' : 'score'} came too late, which is not an error`
    : `${reason} (${code})`;
  return `round ${round} continues without this device: ${why}`;
}

function milliseconds(seconds: number): string {
  return `${(1000 * seconds).toFixed(1)} ms`;
}
