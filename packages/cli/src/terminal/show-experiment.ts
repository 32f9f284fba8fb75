import { formatBytes, formatPercent, formatSeconds } from '@legend-fl/look';
import type { Experiment, ExperimentEvent } from '@legend-fl/simulator';
import type { TrunkCacheCounts } from '@legend-fl/trainer';
import { createLogUpdate } from 'log-update';
import { describeTrunkStatus } from './describe-trunk-status.ts';
import { formatDuration } from './format-duration.ts';
import { noteCutTexts } from './note-cut-texts.ts';

const BAR_WIDTH = 20;

export interface ExperimentDisplay {
  /** Before the run with this seed. */
  readonly onRun: (seed: number) => void;
  readonly onEvent: (event: ExperimentEvent) => void;
  readonly done: () => void;
}

/** Shows an experiment on stderr: a line per round, and below them a live one where stderr is a terminal. */
export function showExperiment(
  { rounds, strategies }: Experiment,
  { json, runs }: { readonly json: boolean; readonly runs: number },
): ExperimentDisplay {
  const update = createLogUpdate(process.stderr);
  const live = process.stderr.isTTY && !json;
  const started = performance.now();
  /** Rounds of this process, for the mean time of one. */
  let roundsRun = 0;
  /** Rounds of the current strategy, those of an interrupted run included. */
  let roundsDone = 0;
  /** Strategies left, in this run and those after it. */
  let strategiesToCome = strategies.length * runs;

  const say = (line: string): void => {
    if (live) update.clear();
    console.error(line);
  };
  const timeLeft = (): string => {
    if (roundsRun === 0) return '';
    const perRound = (performance.now() - started) / 1000 / roundsRun;
    const left = rounds - roundsDone + strategiesToCome * rounds;
    return `at most ${formatDuration(perRound * left)} left`;
  };
  const onRun = (seed: number): void => {
    if (runs > 1) say(`\nseed ${seed}`);
  };
  const onEvent = (event: ExperimentEvent): void => {
    switch (event.type) {
      case 'texts-cut':
        noteCutTexts(event.texts, event.maxLength);
        return;
      case 'strategy-changed':
        say(
          `note: ${event.path} has changed since ${event.strategy} ran its first rounds; those rounds stay as they are`,
        );
        return;
      case 'trunk-disk-unused':
        say(
          `note: the trunk cache ${event.folder} stays unused: no strategy of the experiment sets trunkCache`,
        );
        return;
      case 'trunk-cache-status':
        say(describeTrunkStatus(event.status));
        return;
      case 'strategy-started':
        roundsDone = event.roundsDone;
        strategiesToCome--;
        say(`\n${event.strategy}${event.roundsDone > 0 ? `, from round ${event.roundsDone + 1}` : ''}`);
        say('round  accuracy  virtual time    traffic   waiting');
        return;
      case 'device-trained': {
        if (!live) return;
        const filled = Math.round((BAR_WIDTH * event.done) / event.devices);
        const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
        update(
          `${String(event.round).padStart(5)}  ${bar} ${event.done}/${event.devices} devices  ${timeLeft()}`,
        );
        return;
      }
      case 'round-finished': {
        roundsRun++;
        roundsDone++;
        const { round, accuracy, virtualSeconds, bytesUp, bytesDown, waitingSeconds } = event.record;
        const cells = [
          String(round).padStart(5),
          (accuracy === null ? '-' : formatPercent(accuracy)).padStart(8),
          formatSeconds(virtualSeconds).padStart(12),
          formatBytes(bytesUp + bytesDown).padStart(9),
          formatSeconds(waitingSeconds).padStart(8),
        ];
        say(`${cells.join('  ')}${live ? '' : `   ${timeLeft()}`}`);
        return;
      }
      case 'strategy-finished': {
        const { summary, reason } = event;
        const took = `${summary.rounds} rounds, ${formatDuration(summary.hostSeconds)}`;
        const share = formatPercent(event.workerShare, 0);
        const facts = [took, `workers ${share} inside ONNX Runtime`, ...trunkFacts(event.trunkCounts)];
        say(`${event.strategy}: ${reason.replaceAll('-', ' ')} (${facts.join('; ')})`);
        return;
      }
    }
  };
  const done = (): void => {
    update.clear();
    update.done();
  };
  return { onRun, onEvent, done };
}

/** How much came from the host's trunk cache, if a strategy has one. */
function trunkFacts({ memoryHits, diskHits, misses, damaged }: TrunkCacheCounts): readonly string[] {
  const found = memoryHits + diskHits;
  if (found + misses === 0) return [];
  const share = `${formatPercent(found / (found + misses), 0)} of hidden states from the trunk cache`;
  return damaged > 0 ? [share, `${damaged} computed again because of damaged files`] : [share];
}
