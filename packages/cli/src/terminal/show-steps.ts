import { createLogUpdate } from 'log-update';
import { formatDuration } from './format-duration.ts';

const PLAIN_INTERVAL_MS = 5_000;

/** Shows training steps on stderr: a live line, or a line every few seconds where stderr is not a terminal. */
export function showSteps({ json }: { readonly json?: boolean }): {
  readonly onStep: (step: number, steps: number, loss: number) => void;
  /** A line of its own. */
  readonly say: (line: string) => void;
  readonly done: () => void;
} {
  const update = createLogUpdate(process.stderr);
  const live = process.stderr.isTTY && !json;
  const start = performance.now();
  let lastLine = start;
  const onStep = (step: number, steps: number, loss: number): void => {
    const now = performance.now();
    const left = ((now - start) / step) * (steps - step);
    const line = `step ${step}/${steps}  loss ${loss.toFixed(4)}  ${formatDuration(left / 1000)} left`;
    if (live) {
      update(line);
    } else if (now - lastLine > PLAIN_INTERVAL_MS) {
      lastLine = now;
      console.error(line);
    }
  };
  const say = (line: string): void => {
    if (live) update.clear();
    console.error(line);
  };
  const done = (): void => {
    update.clear();
    update.done();
  };
  return { onStep, say, done };
}
