import type { RunView } from '@legend-fl/protocol';
import type { LiveData } from '../connection/live-data.ts';
import { DeviceSection } from '../devices/device-section.tsx';
import { labelDevices } from '../devices/label-devices.ts';
import { DepthSection } from '../rounds/depth-section.tsx';
import { LearningSection } from '../rounds/learning-section.tsx';
import { RoundHistory } from '../rounds/round-history.tsx';
import { TrafficSection } from '../rounds/traffic-section.tsx';
import { UpdateSection } from '../rounds/update-section.tsx';
import { TokenSection } from '../tokens/token-section.tsx';
import type { RunDraft } from './run-actions.tsx';
import { RunSummary } from './run-summary.tsx';

interface Props {
  readonly run: RunView;
  readonly data: LiveData;
  draft(draft: RunDraft): void;
}

/** Everything about the chosen run. */
export function RunSections({ run, data, draft }: Props) {
  const rounds = data.rounds.get(run.id) ?? [];
  const devices = labelDevices([...data.devices.values()].filter((device) => device.run === run.id));
  return (
    <>
      <RunSummary run={run} rounds={rounds} devices={devices} draft={draft} />
      <LearningSection run={run} rounds={rounds} />
      <RoundHistory run={run} rounds={rounds} />
      <DeviceSection run={run} devices={devices} />
      <DepthSection run={run} rounds={rounds} devices={devices} />
      <UpdateSection rounds={rounds} />
      <TrafficSection rounds={rounds} />
      <TokenSection run={run} />
    </>
  );
}
