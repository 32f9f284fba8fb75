import { createHash } from 'node:crypto';
import { basename, isAbsolute } from 'node:path';
import { findEntry } from '@legend-fl/method';
import type { Heartbeat, RunForDevices } from '@legend-fl/protocol';
import { limits } from '@legend-fl/protocol';
import { Semaphore } from 'async-mutex';
import { EnrolmentLimits } from '../enrolment/enrolment-limits.ts';
import { addressHasher } from '../enrolment/hash-address.ts';
import { Refusal } from '../refusals/refusal.ts';
import type { RunDriver } from '../runs/run-driver.ts';
import type { StoredDevice } from '../store/store.ts';
import { checkLength } from '../store/uploads.ts';
import { acceptUpdate, CHECKED_BYTES } from '../updates/accept-update.ts';
import { BufferPool } from '../updates/buffer-pool.ts';
import { mostUpdateBytes } from '../updates/most-update-bytes.ts';
import { OpenUploads, type Upload } from '../updates/open-uploads.ts';
import { statusOf } from '../watching/views.ts';
import { assignmentFor } from './assignments.ts';
import type { DeviceService } from './coordinator.ts';
import { type CoordinatorContext, requireOpen } from './coordinator-context.ts';

/** What a coordinator does for devices. */
export function deviceService(context: CoordinatorContext): DeviceService {
  const { store, registry, presence, runs, blobs, guard, uploads, counters, examples, observer, now } =
    context;
  const [budget, buffers] = [new Semaphore(CHECKED_BYTES), new BufferPool(CHECKED_BYTES)];
  const intake = { blobs, guard, uploads, now, budget, buffers };
  const enrolments = new EnrolmentLimits();
  const hashAddress = addressHasher(store.secrets);
  const openUploads = new OpenUploads();
  /** Of each device, since this process started. */
  const lastCapacities = new Map<string, string>();

  const deviceOf = (id: string): StoredDevice => {
    const device = registry.find(id);
    if (device === undefined)
      throw new Refusal('device-unknown', 'No device is enrolled by this id; enrol again.');
    if (device.revoked) throw new Refusal('device-revoked', 'The operator has revoked this device.');
    return device;
  };
  const runOf = (id: string): RunDriver => {
    const driver = runs.find(id);
    if (runs.isSetAside(id) || driver?.fault !== undefined) {
      throw new Refusal(
        'run-set-aside',
        `The coordinator cannot open run ${id} at present; its operator knows why.`,
      );
    }
    if (driver === undefined) throw new Refusal('run-unknown', `There is no run ${id}.`);
    return driver;
  };
  /** The run that a device takes part in, which a request may name. */
  const ownRun = (id: string, named?: string): RunDriver => {
    const { run } = deviceOf(id);
    if (named !== undefined && named !== run) {
      throw new Refusal('run-unknown', `This device takes part in run ${run}, not ${named}.`);
    }
    return runOf(run);
  };

  /** What a device came in by; a name of its own where that is not known. */
  const tokenOf = (device: string): string => registry.find(device)?.token ?? `of ${device}`;
  const discardUpload = async ({ device, sha256 }: Upload): Promise<void> => {
    openUploads.end(tokenOf(device), device, sha256);
    await uploads.discard(device, sha256);
    await guard.removeUnneeded([sha256]);
  };

  return {
    async enrol({ token, publicKey, name, runtime }, address) {
      requireOpen(context);
      const id = `d-${createHash('sha256').update(publicKey.x).digest('hex').slice(0, 16)}`;
      const known = registry.find(id);
      if (known?.publicKey.x === publicKey.x) {
        await enrolments.countKnown(id);
        const { run } = deviceOf(id);
        return { device: id, run };
      }
      const entry = {
        tokenHash: createHash('sha256').update(token).digest('hex'),
        at: now(),
        addressHash: address === undefined ? null : await hashAddress(address),
      };
      // Reading costs little. Whoever tries tokens out must not make the coordinator write.
      const entrance = await store.devices.findEntrance(entry);
      if (typeof entrance === 'string') throw new Refusal(entrance, tokenFaults[entrance]);
      await enrolments.countNew(entrance.id, address ?? null);
      const enrolled = await store.devices.enrol({ id, name, publicKey, runtime }, entry);
      if (typeof enrolled === 'string') throw new Refusal(enrolled, tokenFaults[enrolled]);
      if (enrolled.revoked) throw new Refusal('device-revoked', 'The operator has revoked this device.');
      const isNew = registry.find(enrolled.id) === undefined;
      registry.put(enrolled);
      if (isNew)
        observer.log({
          level: 'info',
          run: enrolled.run,
          device: enrolled.id,
          text: `${enrolled.name} has joined.`,
        });
      observer.devicesChanged([enrolled.id]);
      observer.runChanged(enrolled.run);
      return { device: enrolled.id, run: enrolled.run };
    },

    async keyOf(device) {
      return deviceOf(device).publicKey;
    },

    async describeRun(device, run) {
      const driver = ownRun(device, run);
      presence.touch(device);
      return describeRun(driver);
    },

    async reportCapacity(deviceId, { run, capacity, examples: held }) {
      requireOpen(context);
      const driver = ownRun(deviceId, run);
      presence.touch(deviceId);
      examples.set(deviceId, held);
      const report = JSON.stringify(capacity);
      if (driver.isOver || lastCapacities.get(deviceId) === report) return;
      await driver.submit({ type: 'capacity-reported', deviceId, observed: capacity });
      lastCapacities.set(deviceId, report);
    },

    async nextAssignment(device, waitMs, signal) {
      ownRun(device);
      const release = presence.holdPoll(device);
      try {
        const until = now() + Math.min(waitMs, limits.pollSeconds * 1000);
        for (;;) {
          requireOpen(context);
          // It may have been revoked meanwhile, or its run set aside.
          const driver = ownRun(device);
          const assignment = assignmentFor(driver, device, now());
          const restMs = until - now();
          if (assignment !== null || restMs <= 0 || signal.aborted) return assignment;
          await driver.polls.wait(restMs, signal);
        }
      } finally {
        release();
      }
    },

    async findBlob(device, sha256) {
      const driver = ownRun(device);
      presence.touch(device);
      const offer = driver.attempt.findOffer(device);
      if (offer?.sha256 === sha256) {
        driver.attempt.noteFetched(device);
        return { path: blobs.pathOf(sha256), bytes: offer.bytes };
      }
      const evaluation = driver.attempt.findEvaluation(device);
      if (evaluation?.adapter.sha256 === sha256) {
        return { path: blobs.pathOf(sha256), bytes: evaluation.adapter.bytes };
      }
      const file = (await driver.assets.resources()).baseFiles.find((base) => base.sha256 === sha256);
      if (file === undefined) {
        throw new Refusal(
          'not-found',
          'Nothing of this hash is offered to this device now; ask for its assignment.',
        );
      }
      return { path: file.path, bytes: file.bytes };
    },

    async uploadState(device, sha256) {
      deviceOf(device);
      presence.touch(device);
      return uploads.state(device, sha256);
    },

    async appendUpload(device, part) {
      requireOpen(context);
      const driver = ownRun(device);
      presence.touch(device);
      requireAssigned(driver, device);
      const offer = await driver.awaitOffer(device);
      // The attempt may have closed meanwhile.
      requireAssigned(driver, device);
      const limit = Math.min(limits.uploadBytes, offer === undefined ? 0 : mostUpdateBytes(offer));
      checkLength(part, limit);
      const { round, attempt } = driver.progress.state;
      const leftBehind = openUploads.begin({
        token: tokenOf(device),
        attempt: `${driver.id}, ${round}, ${attempt}`,
        device,
        sha256: part.sha256,
        bytes: part.length,
      });
      for (const upload of leftBehind) await discardUpload(upload);
      return guard.keep(part.sha256, async () => {
        const state = await uploads.append({ ...part, device }, limit);
        counters.bytesReceived += Math.max(0, state.offset - part.offset);
        return state;
      });
    },

    async submitUpdate(device, report) {
      requireOpen(context);
      deviceOf(device);
      presence.touch(device);
      const driver = runOf(report.run);
      try {
        const status = await acceptUpdate(driver, device, report, intake);
        if (status === 'accepted') counters.updatesAccepted++;
        openUploads.end(tokenOf(device), device, report.sha256);
        examples.set(device, report.examples);
        return { status };
      } catch (error) {
        counters.updatesRejected++;
        if (error instanceof Refusal && error.code === 'update-invalid') {
          driver.refused.add(device, error.message);
          observer.devicesChanged([device]);
          observer.log({
            level: 'warning',
            run: driver.id,
            device,
            text: `Its update is refused: ${error.message}`,
          });
        }
        // What could not be stored is sent again; what does not count is not kept.
        const isFinal = error instanceof Refusal && error.code !== 'shutting-down';
        // Only its own: what another device has uploaded is not for this one to give up.
        if (isFinal && (await uploads.uploadedBytes(device, report.sha256)) > 0) {
          await discardUpload({ device, sha256: report.sha256 });
        }
        throw error;
      }
    },

    async submitScore(device, { run, round, attempt, score }) {
      requireOpen(context);
      const driver = ownRun(device, run);
      presence.touch(device);
      if (score !== null && score.correct > score.examples) {
        throw new Refusal(
          'request-invalid',
          `Of ${score.examples} examples ${score.correct} cannot be correct.`,
        );
      }
      const { state } = driver.progress;
      const evaluation = driver.attempt.findEvaluation(device);
      if (state.round !== round || state.attempt !== attempt || evaluation === undefined) {
        throw new Refusal('round-not-open', `Round ${round} does not wait for a score of this device.`);
      }
      const isNew = evaluation.scores.add(device, score);
      observer.devicesChanged([device]);
      return { status: isNew ? 'accepted' : 'repeated' };
    },

    async heartbeat(device, beat) {
      const driver = ownRun(device, beat.run);
      const { activity, round, step, steps, loss } = beat;
      presence.touch(device, { activity, round, step, steps, loss });
      return { assigned: stillCounts(driver, device, beat) };
    },

    async leave(device, run, reason) {
      requireOpen(context);
      const driver = ownRun(device, run);
      if (presence.find(device)?.left) return;
      const text = reason === '' ? 'it left' : `it left: ${reason}`;
      presence.leave(device, reason);
      observer.log({ level: 'info', run, device, text: `Has left${reason === '' ? '' : `: ${reason}`}.` });
      await driver.dropDevice(device, text);
    },
  };
}

const tokenFaults = {
  'token-invalid': 'No join token is like this one; ask the operator for one.',
  'token-revoked': 'The operator has revoked this join token; ask for another.',
  'token-used': 'This join token has let in as many devices as it may; ask the operator for another.',
  'token-expired': 'This join token has expired; ask the operator for another.',
  'token-held':
    'A device that came with this join token, or from the same address, was revoked; ask the operator for a new token.',
} as const;

async function describeRun(driver: RunDriver): Promise<RunForDevices> {
  const { baseFiles, maxLength, targets } = await driver.assets.resources();
  const { settings, classes, model } = driver.definition;
  const status = statusOf(driver);
  return {
    run: driver.id,
    name: settings.name,
    status: status === 'failed' ? 'finished' : status,
    strategy: settings.strategy,
    rounds: settings.rounds,
    classes: [...classes],
    base: {
      // Where a folder lies on this machine is no device's business.
      model: isAbsolute(model.id) ? basename(model.id) : model.id,
      sha256: model.sha256,
      blocks: model.blocks,
      files: baseFiles.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
    },
    step: { batchSize: settings.local.batchSize, maxLength, targets: [...targets] },
    seed: settings.seed,
  };
}

/** Throws a Refusal where the run waits for no update of the device, before it sends one in vain. */
function requireAssigned({ progress, isOver }: RunDriver, device: string): void {
  const { state } = progress;
  if (isOver) throw new Refusal('run-finished', 'The run is over.');
  const entry = 'devices' in state ? findEntry(state.devices, device) : undefined;
  if (state.phase === 'collecting' && entry?.status === 'assigned') return;
  throw new Refusal(
    'round-closed',
    `Round ${state.round} does not wait for an update of this device; ask for its assignment.`,
  );
}

/** Whether what a device says that it works on is still wanted. */
function stillCounts(driver: RunDriver, device: string, { round }: Heartbeat): boolean {
  const { state } = driver.progress;
  if (driver.isOver || round !== state.round) return false;
  if (driver.attempt.findEvaluation(device)?.scores.owes(device)) return true;
  return state.phase === 'collecting' && findEntry(state.devices, device)?.status === 'assigned';
}
