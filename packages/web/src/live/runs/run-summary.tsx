import { formatBytes, formatPercent, formatTarget } from '@legend-fl/look';
import type { DeviceView, RoundView, RunView } from '@legend-fl/protocol';
import { Fact } from '../../shared/fact.tsx';
import { Failure } from '../../shared/failure.tsx';
import { shortModelName } from '../../shared/short-model-name.ts';
import { RoundProgress } from './round-progress.tsx';
import { RunActions, type RunDraft } from './run-actions.tsx';

interface Props {
  readonly run: RunView;
  readonly rounds: readonly RoundView[];
  readonly devices: readonly DeviceView[];
  draft(draft: RunDraft): void;
}

/** How the run stands, and what can be done with it. */
export function RunSummary({ run, rounds, devices, draft }: Props) {
  const { enrolled, present } = run.devices;
  const ended = run.status === 'finished' || run.status === 'failed';
  return (
    <section class="summary">
      <h1>
        {run.name} <span class={`badge badge-${run.status}`}>{run.status}</span>
      </h1>
      <Failure text={run.status === 'failed' && run.about !== '' ? run.about : undefined} />
      {run.status !== 'failed' && run.about !== '' && <p class="about">{toSentence(run.about)}</p>}
      {run.warning !== '' && (
        <p class="warning">
          <strong>Warning:</strong> {run.warning}
        </p>
      )}
      {run.status === 'running' && <RoundProgress run={run} rounds={rounds} devices={devices} />}
      <dl class="facts">
        <Fact title="Accuracy" about={describeAccuracy(run)}>
          {run.accuracy === null ? '–' : formatPercent(run.accuracy)}
        </Fact>
        <Fact title="Loss" about="on the held-out examples">
          {run.loss === null ? '–' : run.loss.toFixed(4)}
        </Fact>
        <Fact title="Rounds finished" about={describeRound(run)}>
          {rounds.length} of {run.rounds}
        </Fact>
        <Fact title="Devices" about={ended ? undefined : `${present.toLocaleString('en')} connected`}>
          {enrolled.toLocaleString('en')} enrolled
        </Fact>
        <Fact title="Strategy" about={describeRanks(run)}>
          {run.strategy}
        </Fact>
        <Fact title="Model" about={run.blocks === 1 ? '1 block' : `${run.blocks} blocks`}>
          {shortModelName(run.model)}
        </Fact>
        <Fact title="Traffic up" about="updates from devices">
          {run.bytesUp === 0 ? '–' : formatBytes(run.bytesUp)}
        </Fact>
        <Fact title="Traffic down" about="adapters to devices">
          {run.bytesDown === 0 ? '–' : formatBytes(run.bytesDown)}
        </Fact>
      </dl>
      <RunActions run={run} draft={draft} />
    </section>
  );
}

function describeAccuracy({ targetAccuracy, baseline }: RunView): string {
  const target = targetAccuracy === null ? 'no target' : `target ${formatTarget(targetAccuracy)}`;
  return baseline === null ? target : `untrained ${formatPercent(baseline.accuracy)}; ${target}`;
}

function describeRound({ status, attempt, round }: RunView): string | undefined {
  if (status !== 'running') return undefined;
  return attempt > 1 ? `attempt ${attempt} at round ${round}` : `round ${round} is under way`;
}

/** What keeps a run waiting begins with its verb. */
function toSentence(about: string): string {
  if (!/^\p{Ll}/u.test(about)) return about;
  return `This run ${about}${/[.!?)]$/.test(about) ? '' : '.'}`;
}

function describeRanks({ rankDistribution }: RunView): string | undefined {
  return rankDistribution.length === 0 ? undefined : `ranks ${rankDistribution.join(', ')}`;
}
