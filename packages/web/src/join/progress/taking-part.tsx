import { formatBytes, formatPercent, formatSeconds } from '@legend-fl/look';
import { LineChart } from '@legend-fl/look/charts';
import { useEffect } from 'preact/hooks';
import { Fact } from '../../shared/fact.tsx';
import { Failure } from '../../shared/failure.tsx';
import { formatSpan } from '../../shared/format-time.ts';
import { Meter } from '../../shared/meter.tsx';
import { shortModelName } from '../../shared/short-model-name.ts';
import { useNow } from '../../shared/use-now.ts';
import type { Activity, DeviceProgress } from './device-progress.ts';
import { MAX_LOSSES } from './device-progress.ts';
import { RoundTable } from './round-table.tsx';

interface Props {
  readonly progress: DeviceProgress;
  readonly name: string;
  /** What it computes with; undefined until it is known. */
  readonly runtime: string | undefined;
  readonly failure: string | undefined;
  readonly leaving: boolean;
  pause(): void;
  resume(): void;
  leave(): void;
}

/** The device at work. */
export function TakingPart({ progress, name, runtime, failure, leaving, pause, resume, leave }: Props) {
  const { activity, paused, disconnected, run } = progress;
  const heading = describeActivity(progress);
  // A tab in the background tells it too.
  useEffect(() => {
    document.title = `${heading} – Legend`;
  }, [heading]);
  const over = activity.kind === 'finished' || activity.kind === 'left';
  return (
    <section class="taking-part">
      <h1>{heading}</h1>
      <p class="about">
        {name}
        {run !== undefined && ` in “${run.name}”`}
        {runtime !== undefined && `, ${runtime}`}
      </p>
      <Progress activity={activity} closesAt={progress.assignment?.closesAt} />
      {disconnected !== undefined && !over && (
        <p class="failure" role="status">
          Not connected: {disconnected.reason} Trying again; no work is lost.
        </p>
      )}
      <Failure text={failure} />
      {!over && (
        <div class="actions">
          {paused === undefined ? (
            <button type="button" onClick={pause}>
              Pause
            </button>
          ) : (
            <button type="button" class="primary" onClick={resume}>
              Resume
            </button>
          )}
          <button type="button" class="danger" disabled={leaving} onClick={leave}>
            {leaving ? 'Leaving…' : 'Leave'}
          </button>
        </div>
      )}
      <Facts progress={progress} />
      {progress.losses.length > 0 && (
        <>
          <h2>Loss</h2>
          <LineChart
            description="Training loss of each step"
            height={240}
            x={{
              title: progress.losses.length < MAX_LOSSES ? 'Step' : `Step, the last ${MAX_LOSSES}`,
              whole: true,
              format: String,
            }}
            y={{ title: 'Training loss', format: (value) => String(Number(value.toPrecision(3))) }}
            lines={[{ label: 'Loss', tone: 2, points: progress.losses }]}
          />
        </>
      )}
      {progress.rounds.length > 0 && <RoundTable rounds={progress.rounds} />}
    </section>
  );
}

function Facts({ progress }: { progress: DeviceProgress }) {
  const { run, assignment, data, capacity, accepted, score } = progress;
  return (
    <dl class="facts">
      <Fact title="Updates accepted" about={describeOthers(progress)}>
        {accepted}
      </Fact>
      <Fact
        title="Blocks trained"
        about={assignment && assignment.ranks.length > 0 ? `ranks ${assignment.ranks.join(', ')}` : undefined}
      >
        {assignment === undefined ? '–' : `${assignment.depth} of ${run?.base.blocks ?? '?'}`}
      </Fact>
      <Fact
        title="Examples"
        about={
          data &&
          `${data.heldOut} more held out${data.truncated > 0 ? `; ${data.truncated} cut to ${data.maxLength} tokens` : ''}`
        }
      >
        {data === undefined ? '–' : data.training.toLocaleString('en')}
      </Fact>
      <Fact
        title="Speed per block"
        about={capacity && `forward; backward ${formatSeconds(capacity.backwardSecondsPerBlock)}`}
      >
        {capacity === undefined ? '–' : formatSeconds(capacity.forwardSecondsPerBlock)}
      </Fact>
      <Fact
        title="Network"
        about={capacity && `up; down ${formatBytes(1 / capacity.downloadSecondsPerByte)}/s`}
      >
        {capacity === undefined ? '–' : `${formatBytes(1 / capacity.uploadSecondsPerByte)}/s`}
      </Fact>
      {run !== undefined && (
        <Fact title="Model" about={`${run.classes.length} classes: ${run.classes.join(', ')}`}>
          {shortModelName(run.base.model)}
        </Fact>
      )}
      {score?.score != null && (
        <Fact title="Global accuracy here" about={`of round ${score.round}, on the held-out examples`}>
          {formatPercent(score.score.accuracy)}
        </Fact>
      )}
    </dl>
  );
}

function describeOthers({ rejected, late }: DeviceProgress): string {
  const failed = rejected - late;
  const parts = [
    ...(late > 0 ? [`${late} too late`] : []),
    ...(failed > 0 ? [`${failed} not accepted, see below`] : []),
  ];
  return parts.length === 0 ? 'in this tab' : parts.join('; ');
}

function Progress({ activity, closesAt }: { activity: Activity; closesAt: number | undefined }) {
  const now = useNow();
  switch (activity.kind) {
    case 'fetching-model':
    case 'downloading':
    case 'uploading': {
      const { bytes, total } = activity;
      const text = `${formatBytes(bytes)} of ${formatBytes(total)}`;
      return <Bar done={bytes} of={total} label="Transfer" text={text} />;
    }
    case 'training': {
      const { step, steps } = activity;
      const left =
        closesAt === undefined
          ? ''
          : `; the round closes in ${formatSpan((closesAt - now) / 1000)} at the latest`;
      const text = `step ${step.toLocaleString('en')} of ${steps.toLocaleString('en')}${left}`;
      return <Bar done={step} of={steps} label="Steps of this round" text={text} />;
    }
    default:
      return null;
  }
}

function Bar({ done, of, label, text }: { done: number; of: number; label: string; text: string }) {
  return (
    <div class="round-progress">
      <Meter done={done} of={of} label={label} text={text} />
      <p class="note">{text}</p>
    </div>
  );
}

function describeActivity({ activity, paused, assignment, run }: DeviceProgress): string {
  if (paused !== undefined && activity.kind !== 'finished' && activity.kind !== 'left') {
    return `Paused: ${paused}`;
  }
  const round = assignment === undefined ? '' : ` round ${assignment.round} of ${assignment.rounds}`;
  switch (activity.kind) {
    case 'connecting':
      return 'Connecting…';
    case 'fetching-model':
      return `Fetching the model${run === undefined ? '' : ` ${shortModelName(run.base.model)}`}`;
    case 'preparing':
      return 'Preparing model and data…';
    case 'measuring':
      return 'Measuring this device…';
    case 'waiting':
      return 'Waiting for the next round';
    case 'assigned':
      return `Starting${round}`;
    case 'downloading':
      return `Receiving${round}`;
    case 'training':
      return `Training${round}`;
    case 'uploading':
      return `Sending the update of${round}`;
    case 'evaluating':
      return `Scoring the model of round ${activity.round}`;
    case 'finished':
      return `The run is finished: ${activity.reason}`;
    case 'left':
      return 'This device has left the run';
  }
}
