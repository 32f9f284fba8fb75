import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogEntry, RunView } from '@legend-fl/protocol';
import { createJoinToken, viewToken } from '../enrolment/join-tokens.ts';
import { Refusal } from '../refusals/refusal.ts';
import { createRun } from '../runs/create-run.ts';
import type { RunDriver } from '../runs/run-driver.ts';
import type { CoordinatorViews } from '../watching/coordinator-views.ts';
import type { LiveFeed } from '../watching/live-feed.ts';
import type { OperatorService } from './coordinator.ts';
import { type CoordinatorContext, requireOpen } from './coordinator-context.ts';

export interface OperatorParts {
  readonly views: CoordinatorViews;
  readonly feed: LiveFeed;
  /** A run folder as one HTML file. */
  readonly renderReport: ((runFolder: string) => Promise<string>) | undefined;
}

/** What a coordinator does for operators. */
export function operatorService(
  context: CoordinatorContext,
  { views, feed, renderReport }: OperatorParts,
): OperatorService {
  const { store, registry, presence, runs, observer, journal, now } = context;
  /** What an operator did to a device, which that device must not be able to keep out of the log. */
  const log = (entry: Omit<LogEntry, 'at'>) => journal.addAlways({ ...entry, at: now() });
  const runOf = (id: string): RunDriver => {
    const driver = runs.find(id);
    if (runs.isSetAside(id))
      throw new Refusal('run-set-aside', `Run ${id} is set aside; the list of runs says why.`);
    if (driver === undefined) throw new Refusal('run-unknown', `There is no run ${id}.`);
    return driver;
  };
  const view = (id: string): RunView => {
    const run = views.viewRun(id);
    if (run === undefined) throw new Error(`There is no run ${id} to view.`);
    return run;
  };

  return {
    listRuns: () => views.runs(),

    async createRun(settings) {
      requireOpen(context);
      return view((await createRun(settings, runs, context)).id);
    },

    async stopRun(run) {
      requireOpen(context);
      const driver = runOf(run);
      await driver.submit({ type: 'stopped' });
      return view(run);
    },

    async listRounds(run) {
      return runOf(run).progress.rounds;
    },

    async roundRecords(run) {
      return (await runOf(run).listRounds()).map(({ record }) => record);
    },

    async adapterFile(run, file) {
      return readFile(join(await runOf(run).resultsFolder(), 'adapter', file));
    },

    async report(run) {
      const driver = runOf(run);
      if (renderReport === undefined) throw new Refusal('not-found', 'This coordinator renders no reports.');
      return renderReport(await driver.resultsFolder());
    },

    async listTokens() {
      return (await store.tokens.list()).map(viewToken);
    },

    async createToken(token) {
      requireOpen(context);
      runOf(token.run);
      return createJoinToken(store.tokens, token, now());
    },

    async revokeToken(token) {
      if (await store.tokens.revoke(token)) return;
      throw new Refusal('not-found', `There is no join token ${token}.`);
    },

    listDevices: () => views.devices(),

    async revokeDevice(id) {
      requireOpen(context);
      const device = registry.find(id);
      if (device === undefined) throw new Refusal('not-found', `There is no device ${id}.`);
      await store.devices.revoke(id, now());
      registry.put({ ...device, revoked: true });
      presence.forget(id);
      const held = device.token === null ? '' : '; its join token lets no new device in';
      log({ level: 'warning', run: device.run, device: id, text: `${device.name} is revoked${held}.` });
      const driver = runs.find(device.run);
      driver?.polls.wake();
      await driver?.dropDevice(id, 'it was revoked');
    },

    async setQuarantine(id, quarantined) {
      requireOpen(context);
      const device = registry.find(id);
      if (device === undefined) throw new Refusal('not-found', `There is no device ${id}.`);
      await store.devices.setQuarantine(id, quarantined);
      registry.put({ ...device, quarantined });
      const text = `${device.name} is ${quarantined ? 'quarantined' : 'released from quarantine'}.`;
      log({ level: 'warning', run: device.run, device: id, text });
      observer.devicesChanged([id]);
      const driver = runs.find(device.run);
      if (quarantined) await driver?.dropDevice(id, 'it was quarantined');
      driver?.consider(id);
    },

    subscribe: (listener) => feed.subscribe(listener),
  };
}
