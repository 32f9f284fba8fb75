import type { AssignmentWatch } from './assignment-watch.ts';
import { ProtocolError } from './client/protocol-error.ts';
import type { DeviceSession } from './device-session.ts';
import type { PendingUpdate } from './device-state.ts';
import { clampPartSeconds } from './keep-in-bounds.ts';

/** An upload that is gone when it is handed in is made again so many times. */
const MAXIMUM_UPLOADS = 3;

/**
 * Sends an update up and hands it in, until the coordinator has it for good.
 * Throws AssignmentWithdrawn, and ProtocolError where the coordinator refuses.
 */
export async function handInUpdate(
  { client, capacity, onEvent, signal }: DeviceSession,
  watch: AssignmentWatch,
  { message, report }: PendingUpdate,
): Promise<void> {
  watch.note({ activity: 'uploading' });
  for (let uploads = 1; ; uploads++) {
    const transfer = await client.upload(message, report.sha256, {
      signal: watch.signal,
      onProgress: (bytes, total) => onEvent({ type: 'uploading', bytes, total }),
    });
    capacity.noteTransfer('upload', transfer);
    const { uploadSecondsPerByte } = capacity.observe();
    // A heart-beat that crosses with the update would be told that nothing is assigned any more.
    await watch.stop();
    try {
      await client.submitUpdate(
        {
          ...report,
          capacity: { ...report.capacity, uploadSecondsPerByte },
          times: { ...report.times, upload: clampPartSeconds(transfer.seconds) },
        },
        { signal },
      );
      return;
    } catch (error) {
      const isGone = error instanceof ProtocolError && error.code === 'upload-incomplete';
      if (!isGone || uploads === MAXIMUM_UPLOADS) throw error;
    }
  }
}
