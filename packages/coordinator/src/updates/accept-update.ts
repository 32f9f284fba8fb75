import { InputError } from '@legend-fl/base';
import { type ChangeNorms, estimatorNamed, reduceRound, type UpdateReceived } from '@legend-fl/method';
import type { UpdateReport } from '@legend-fl/protocol';
import type { Semaphore } from 'async-mutex';
import type { UpdateDetails } from '../log/event-details.ts';
import { type Outcome, outcomeOf } from '../log/event-queue.ts';
import { checkMessage } from '../phases/sum-updates.ts';
import { Refusal } from '../refusals/refusal.ts';
import type { RunDriver } from '../runs/run-driver.ts';
import type { BlobGuard } from '../store/blob-guard.ts';
import type { BlobFolder } from '../store/blobs.ts';
import type { UploadFolder } from '../store/uploads.ts';
import type { BufferPool } from './buffer-pool.ts';

/** Bytes of the updates that are checked at the same time: enough of small ones to share a flush to the disk. */
export const CHECKED_BYTES = 16 * 2 ** 20;

/** What taking in updates needs. */
export interface UpdateIntake {
  readonly blobs: BlobFolder;
  readonly guard: BlobGuard;
  readonly uploads: Pick<UploadFolder, 'uploadedBytes'>;
  readonly now: () => number;
  /** Bytes of messages that may be checked at the same time, so that many at once take no more memory than a few. */
  readonly budget: Semaphore;
  /** That they are read into. */
  readonly buffers: BufferPool;
}

/**
 * Counts a device's update once. It is read and compared with exactly what the device was to train before it counts;
 * what cannot count anyhow is not even read.
 * @returns when it is durable
 * @throws Refusal of the reducer's codes, `upload-incomplete`, `update-invalid`; what storing threw
 */
export async function acceptUpdate(
  driver: RunDriver,
  device: string,
  report: UpdateReport,
  intake: UpdateIntake,
): Promise<'accepted' | 'repeated'> {
  const { failure } = driver.progress;
  if (failure !== null) throw new Refusal('run-finished', `The run has failed: ${failure}`);
  return intake.guard.keep(report.sha256, async () => {
    for (;;) {
      const early = tryOut(driver, eventOf(driver, device, report, { bytesUp: 0, bytesDown: 0 }, intake));
      if (early.status === 'rejected') return settle(early);
      const bytes = await intake.uploads.uploadedBytes(device, report.sha256);
      const { loss, times } = report;
      let details: UpdateDetails = { loss, times };
      if (early.status === 'counted') {
        if (bytes === 0) {
          throw new Refusal('upload-incomplete', 'The update has not been uploaded whole; upload it first.');
        }
        const norms = await spend(intake.budget, bytes, () =>
          checkUpload(driver, device, report, bytes, intake),
        );
        // The round has closed meanwhile, perhaps with this very update, sent before.
        if (norms === undefined) continue;
        details = { loss, times, norms: shortenNorms(norms) };
      }
      const traffic = { bytesUp: bytes, bytesDown: driver.attempt.findOffer(device)?.bytes ?? 0 };
      // Even what repeats an update goes through the queue: only there it is known that the first one is stored.
      return settle(await driver.submit(eventOf(driver, device, report, traffic, intake), details));
    }
  });
}

/** Works in turn while their bytes fit the budget; one that is greater than all of it works alone. */
function spend<Result>(budget: Semaphore, bytes: number, work: () => Promise<Result>): Promise<Result> {
  return budget.runExclusive(work, Math.min(bytes, CHECKED_BYTES));
}

function settle(outcome: Outcome): 'accepted' | 'repeated' {
  switch (outcome.status) {
    case 'counted':
      return 'accepted';
    case 'unchanged':
      return 'repeated';
    case 'rejected':
      throw new Refusal(outcome.code, outcome.reason);
  }
}

/** What the reducer would make of the event as the run stands. */
function tryOut({ progress, definition }: RunDriver, event: UpdateReceived): Outcome {
  return outcomeOf(
    progress.state,
    reduceRound(progress.state, event, estimatorNamed(definition.settings.estimator)),
  );
}

function eventOf(
  { progress }: RunDriver,
  deviceId: string,
  { round, attempt, sha256, examples, capacity }: UpdateReport,
  { bytesUp, bytesDown }: Pick<UpdateReceived, 'bytesUp' | 'bytesDown'>,
  { now }: UpdateIntake,
): UpdateReceived {
  return {
    type: 'update-received',
    deviceId,
    round,
    attempt,
    reference: sha256,
    examples,
    observed: capacity,
    elapsedSeconds: progress.elapsedSeconds(now()),
    bytesUp,
    bytesDown,
  };
}

/** Digits of a norm that are stored: limits are multiples of a median. */
const NORM_DIGITS = 6;

function shortenNorms({ blocks, head }: ChangeNorms): ChangeNorms & UpdateDetails['norms'] {
  const shorten = (norm: number) => Number(norm.toPrecision(NORM_DIGITS));
  return { blocks: blocks.map((norm) => (norm === null ? null : shorten(norm))), head: shorten(head) };
}

/** How far the update moves the adapter; undefined where the attempt is over. Throws Refusal `update-invalid`. */
async function checkUpload(
  driver: RunDriver,
  device: string,
  { round, attempt, examples, loss, sha256 }: UpdateReport,
  bytes: number,
  { blobs, buffers }: UpdateIntake,
): Promise<ChangeNorms | undefined> {
  const offer = await driver.awaitOffer(device);
  const { state } = driver.progress;
  if (offer === undefined || state.round !== round || state.attempt !== attempt) return undefined;
  const memory = buffers.take(bytes);
  try {
    const message = await blobs.readInto(sha256, memory);
    return checkMessage(offer.start, message, offer.plan, { round, examples, loss });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new Refusal('update-invalid', error.message, { cause: error });
  } finally {
    buffers.give(memory);
  }
}
