import type { RunView } from '@legend-fl/protocol';
import { formatBytes, formatPercent, formatTarget } from '@legend-fl/look';
import { callCoordinator, pathOf } from '../../shared/call-coordinator.ts';
import { Fact } from '../../shared/fact.tsx';
import { Failure } from '../../shared/failure.tsx';
import { formatSpan } from '../../shared/format-time.ts';
import { Meter } from '../../shared/meter.tsx';
import { shortModelName } from '../../shared/short-model-name.ts';
import { useAction } from '../../shared/use-action.ts';
import { useNow } from '../../shared/use-now.ts';

/** How the run stands, and what can be done with it. */
export function RunSummary({ run }: { run: RunView }) {
  const { devices } = run;
  return (
    <section class="summary">
      <h1>
        {run.name} <span class={`badge badge-${run.status}`}>{run.status}</span>
      </h1>
      <Failure text={run.status === 'failed' && run.about !== '' ? run.about : undefined} />
      {run.status !== 'failed' && run.about !== '' && <p class="about">{run.about}</p>}
      {run.warning !== '' && (
        <p class="warning">
          <strong>Warning:</strong> {run.warning}
        </p>
      )}
      {run.status === 'running' && <RoundProgress run={run} />}
      <dl class="facts">
        <Fact title="Accuracy" about={describeTarget(run)}>
          {run.accuracy === null ? '–' : formatPercent(run.accuracy)}
        </Fact>
        <Fact title="Loss" about="of the held-out examples">
          {run.loss === null ? '–' : run.loss.toFixed(4)}
        </Fact>
        <Fact title="Rounds" about={run.attempt > 1 ? `attempt ${run.attempt} at this one` : undefined}>
          {run.round} of {run.rounds}
        </Fact>
        <Fact title="Devices" about={`${devices.present.toLocaleString('en')} here now`}>
          {devices.enrolled.toLocaleString('en')} enrolled
        </Fact>
        <Fact title="Strategy" about={describeRanks(run)}>
          {run.strategy}
        </Fact>
        <Fact title="Model" about={run.blocks === 1 ? '1 block' : `${run.blocks} blocks`}>
          {shortModelName(run.model)}
        </Fact>
        <Fact title="Traffic up" about="updates of the devices">
          {run.bytesUp === 0 ? '–' : formatBytes(run.bytesUp)}
        </Fact>
        <Fact title="Traffic down" about="adapters to the devices">
          {run.bytesDown === 0 ? '–' : formatBytes(run.bytesDown)}
        </Fact>
      </dl>
      <RunActions run={run} />
    </section>
  );
}

function RoundProgress({ run }: { run: RunView }) {
  const now = useNow();
  const { assigned, updated, dropped } = run.devices;
  const phase = {
    planning: 'is planned',
    collecting: `has ${updated.toLocaleString('en')} of ${assigned.toLocaleString('en')} updates`,
    aggregating: 'is aggregated',
    evaluating: 'is scored',
    finished: 'is the last',
  }[run.phase];
  return (
    <div class="round-progress">
      <p>
        Round {run.round} {phase}
        {dropped > 0 && `, ${dropped.toLocaleString('en')} dropped out`}
        {run.phase === 'collecting' && run.deadlineAt !== null && (
          <span class="place">, closes in {formatSpan((run.deadlineAt - now) / 1000)} at the latest</span>
        )}
      </p>
      <Meter done={updated + dropped} of={assigned} label={`Devices that are done with round ${run.round}`} />
    </div>
  );
}

function RunActions({ run }: { run: RunView }) {
  const { running, failure, run: act } = useAction();
  const ended = run.status === 'finished' || run.status === 'failed';
  const stop = () => {
    const sure = confirm(
      `Stop “${run.name}” for good? Its adapter stays, and its devices are told to leave. It cannot be resumed.`,
    );
    if (sure) {
      void act(async () => {
        await callCoordinator('stopRun', { parameters: { run: run.id } });
      });
    }
  };
  const file = (name: string) => pathOf('adapterFile', { run: run.id, file: name });
  return (
    <>
      <div class="actions">
        <a class="button" href={file('adapter_model.safetensors')} download="adapter_model.safetensors">
          Adapter, weights
        </a>
        <a class="button" href={file('adapter_config.json')} download="adapter_config.json">
          Adapter, configuration
        </a>
        <a class="button" href={pathOf('report', { run: run.id })} target="_blank" rel="noopener">
          Report
        </a>
        {!ended && (
          <button type="button" class="danger" disabled={running} onClick={stop}>
            {running ? 'Stopping…' : 'Stop run'}
          </button>
        )}
      </div>
      <Failure text={failure} />
    </>
  );
}

function describeTarget({ targetAccuracy }: RunView): string {
  return targetAccuracy === null ? 'no target' : `target ${formatTarget(targetAccuracy)}`;
}

function describeRanks({ rankDistribution }: RunView): string | undefined {
  return rankDistribution.length === 0 ? undefined : `ranks ${rankDistribution.join(', ')}`;
}
