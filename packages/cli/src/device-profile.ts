import { hostname, totalmem } from 'node:os';
import { InputError } from '@legend-fl/base';
import { checkDeviceFile, type DeviceProfile, putDeviceProfile } from '@legend-fl/simulator';
import type { MeasuredCapacity } from '@legend-fl/trainer';
import { type Command, InvalidArgumentError } from 'commander';
import { numberAboveZero } from './options.ts';

/** This machine as a device of a fleet file: measurements of `bench`, and bandwidths from options. */

export interface ProfileOptions {
  readonly fleetProfile?: string;
  readonly id?: string;
  readonly uploadMbps?: number;
  readonly downloadMbps?: number;
}

export interface ProfileTarget {
  readonly file: string;
  readonly id: string;
  readonly uploadBytesPerSecond: number;
  readonly downloadBytesPerSecond: number;
}

export function addProfileOptions(command: Command): Command {
  return command
    .option('--fleet-profile <file>', 'add this machine as a device to this fleet file (YAML or JSON)')
    .option('--id <name>', "the device's name there (default: the host's)", nonEmpty)
    .option('--upload-mbps <x>', 'its upload bandwidth, megabits per second', numberAboveZero)
    .option('--download-mbps <x>', 'its download bandwidth, megabits per second', numberAboveZero);
}

/**
 * The place for the profile; undefined if no option asks for one.
 * @throws InputError for an incomplete set of options, or a file that cannot hold the profile
 */
export async function profileTarget(options: ProfileOptions): Promise<ProfileTarget | undefined> {
  const { fleetProfile, id, uploadMbps, downloadMbps } = options;
  if (fleetProfile === undefined) {
    const idle = Object.entries({ '--id': id, '--upload-mbps': uploadMbps, '--download-mbps': downloadMbps });
    for (const [flag, value] of idle) {
      if (value !== undefined) throw profileProblem(flag, '--fleet-profile with it', 'none');
    }
    return undefined;
  }
  if (uploadMbps === undefined || downloadMbps === undefined) {
    const missing = uploadMbps === undefined ? '--upload-mbps' : '--download-mbps';
    throw profileProblem('--fleet-profile', "this machine's bandwidth", `no ${missing}`);
  }
  await checkDeviceFile(fleetProfile);
  return {
    file: fleetProfile,
    id: id ?? hostname(),
    uploadBytesPerSecond: (uploadMbps * 1e6) / 8,
    downloadBytesPerSecond: (downloadMbps * 1e6) / 8,
  };
}

/**
 * Writes the device, with all memory that this process may use.
 * @param about the model and batch of the measurement
 * @throws InputError for a measurement too noisy to use, WriteError
 */
export async function writeProfile(
  { file, ...target }: ProfileTarget,
  { forwardSecondsPerBlock, backwardSecondsPerBlock }: MeasuredCapacity,
  about: string,
): Promise<DeviceProfile> {
  if (!(backwardSecondsPerBlock > 0)) {
    throw new InputError({
      code: 'measurement-noisy',
      expected: 'deeper training steps to take longer',
      got: `${backwardSecondsPerBlock} s more per block`,
      where: 'backward seconds per block',
      todo: 'Measure on an idle machine, with more --repeats or a greater --batch-size, a model of two blocks or more.',
    });
  }
  const { id, uploadBytesPerSecond, downloadBytesPerSecond } = target;
  const device = {
    id,
    about,
    forwardSecondsPerBlock: rounded(forwardSecondsPerBlock),
    backwardSecondsPerBlock: rounded(backwardSecondsPerBlock),
    uploadBytesPerSecond,
    downloadBytesPerSecond,
    // A container's limit, which is larger than the machine's memory if there is none.
    memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
  };
  await putDeviceProfile(file, device);
  return device;
}

/** To four digits, more than the measurement is worth. */
function rounded(seconds: number): number {
  return Number(seconds.toPrecision(4));
}

function nonEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Expected a name.');
  return text;
}

function profileProblem(where: string, expected: string, got: string): InputError {
  return new InputError({
    code: 'profile-options',
    expected,
    got,
    where,
    todo: 'A profile takes --fleet-profile, --upload-mbps and --download-mbps, e.g. --fleet-profile fleet.yaml --upload-mbps 20 --download-mbps 50.',
  });
}
