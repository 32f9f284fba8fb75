import { z } from 'zod';
import { callCoordinator } from '../../shared/call-coordinator.ts';

/** Of a line of rounds.jsonl. */
const recordSchema = z.object({
  round: z.int(),
  devices: z.array(z.object({ id: z.string(), depth: z.int() })),
});

/** Depth of every device in every finished round of a run, by round and by device id. */
export type DeviceDepths = ReadonlyMap<number, ReadonlyMap<string, number>>;

export async function readDeviceDepths(run: string, signal: AbortSignal): Promise<DeviceDepths> {
  const response = await callCoordinator('roundRecords', { parameters: { run }, signal });
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const { round, devices } = recordSchema.parse(JSON.parse(line));
      return [round, new Map(devices.map(({ id, depth }) => [id, depth]))];
    }),
  );
}
