import type { RunView } from '@legend-fl/protocol';
import type { LiveData } from '../connection/live-data.ts';
import { DeviceSection } from '../devices/device-section.tsx';
import { DepthSection } from '../rounds/depth-section.tsx';
import { LearningSection } from '../rounds/learning-section.tsx';
import { TrafficSection } from '../rounds/traffic-section.tsx';
import { UpdateSection } from '../rounds/update-section.tsx';
import { TokenSection } from '../tokens/token-section.tsx';
import { RunSummary } from './run-summary.tsx';

/** Everything about the chosen run. */
export function RunSections({ run, data }: { run: RunView; data: LiveData }) {
  const rounds = data.rounds.get(run.id) ?? [];
  const devices = [...data.devices.values()].filter((device) => device.run === run.id);
  return (
    <>
      <RunSummary run={run} />
      <LearningSection run={run} rounds={rounds} />
      <DeviceSection run={run} devices={devices} />
      <DepthSection run={run} rounds={rounds} devices={devices} />
      <UpdateSection rounds={rounds} />
      <TrafficSection rounds={rounds} />
      <TokenSection run={run} />
    </>
  );
}
