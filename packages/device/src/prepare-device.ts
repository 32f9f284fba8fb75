import { InputError } from '@legend-fl/base';
import type { RunForDevices } from '@legend-fl/protocol';
import { bounds } from '@legend-fl/protocol';
import type { DeviceOptions } from './device-options.ts';
import type { DeviceState } from './device-state.ts';
import { fetchBase } from './fetch-base.ts';
import { type HeldOut, holdOut } from './hold-out.ts';
import { ObservedCapacity } from './observed-capacity.ts';

const DEFAULT_HOLD_OUT_SHARE = 0.1;

/**
 * Makes a device ready to work: reads its data, fetches the base model, measures.
 * @throws InputError for data or memory that do not fit the run
 */
export async function prepareDevice(
  { client, trainer, data, blobs, settings, onEvent, signal }: DeviceOptions,
  { run, device, kept }: { readonly run: RunForDevices; readonly device: string; readonly kept: DeviceState },
): Promise<{ readonly examples: HeldOut; readonly capacity: ObservedCapacity }> {
  const { classes, seed, step } = run;
  const { holdOutShare = DEFAULT_HOLD_OUT_SHARE, memoryBytes } = settings;
  checkMemory(memoryBytes);
  const texts = await data(classes);
  const examples = holdOut(texts.length, holdOutShare, { seed, device });
  const { files, transfer } = await fetchBase(client, run, blobs, {
    signal,
    onProgress: (bytes, total) => onEvent({ type: 'model-progress', bytes, total }),
  });
  const { maxLength } = step;
  const opened = await trainer.open({ files, classes: classes.length, seed, maxLength, examples: texts });
  onEvent({
    type: 'data-ready',
    training: examples.training.length,
    heldOut: examples.heldOut.length,
    ...opened,
  });
  signal.throwIfAborted();
  onEvent({ type: 'measuring' });
  const { batchSize, targets } = step;
  const capacity = new ObservedCapacity(await trainer.measure({ batchSize, targets, memoryBytes }), {
    memoryBytes,
    upload: kept.uploadSecondsPerByte,
    download: kept.downloadSecondsPerByte,
  });
  capacity.noteTransfer('download', transfer);
  onEvent({ type: 'measured', capacity: capacity.observe() });
  return { examples, capacity };
}

/** Before anything is fetched: the coordinator would refuse so little. */
function checkMemory(memoryBytes: number): void {
  const { min } = bounds.memoryBytes;
  if (memoryBytes >= min) return;
  throw new InputError({
    code: 'memory-too-small',
    expected: `at least ${Math.ceil(min / 1e6)} MB`,
    got: `${memoryBytes / 1e6} MB`,
    where: 'memory for training',
    todo: 'Allow more memory; one block of a small model takes tens of megabytes.',
  });
}
