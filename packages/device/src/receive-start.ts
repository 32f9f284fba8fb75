import { decodeWholeStart, type Start } from '@legend-fl/runs';
import type { AssignmentWatch } from './assignment-watch.ts';
import { MemorySink } from './client/blob-sink.ts';
import type { OfferedBlob, Transfer } from './client/download-blob.ts';
import type { DeviceSession } from './device-session.ts';

/**
 * Fetches an assignment's adapter.
 * @throws InputError where the message is none
 */
export async function receiveStart(
  { client, capacity, onEvent }: DeviceSession,
  watch: AssignmentWatch,
  adapter: OfferedBlob,
): Promise<{ readonly start: Start; readonly transfer: Transfer }> {
  const sink = new MemorySink();
  const transfer = await client.download(adapter, sink, {
    signal: watch.signal,
    onProgress: (bytes, total) => onEvent({ type: 'downloading', bytes, total }),
  });
  capacity.noteTransfer('download', transfer);
  return { start: decodeWholeStart(sink.content(), `adapter ${adapter.sha256} of ${client.url}`), transfer };
}
