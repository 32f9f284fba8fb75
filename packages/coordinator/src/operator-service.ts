import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceView, LogEntry, RunChange } from '@legend-fl/protocol';
import { archiveAdapter } from './adapter-archive.ts';
import type { OperatorService } from './coordinator.ts';
import { settingsToShow } from './edit-run.ts';
import { createJoinToken, viewToken } from './join-tokens.ts';
import type { Office } from './office.ts';
import { Refusal } from './refusal.ts';
import { renameDevice } from './rename-device.ts';
import type { RunDriver } from './run-driver.ts';
import { viewSetAsideRun } from './set-aside-run.ts';
import { viewDevice, viewRun } from './views.ts';

export interface OperatorParts {
  /** Makes a run and starts it. Throws InputError. */
  readonly createRun: (settings: unknown) => Promise<RunDriver>;
  /** Opens a run anew with other settings and starts it. Throws InputError, Refusal. */
  readonly editRun: (driver: RunDriver, settings: unknown) => Promise<RunDriver>;
  /** A run folder as one HTML file. */
  readonly renderReport: ((runFolder: string) => Promise<string>) | undefined;
}

/** What a coordinator does for operators. */
export function operatorService(
  office: Office,
  { createRun, editRun, renderReport }: OperatorParts,
): OperatorService {
  const { store, registry, presence, feed, now, journal } = office;
  /** What an operator did to a device, which that device must not be able to keep out of the log. */
  const log = (entry: Omit<LogEntry, 'at'>) => journal.addAlways({ ...entry, at: now() });
  const runOf = (id: string): RunDriver => {
    const driver = office.findRun(id);
    if (office.setAside.has(id))
      throw new Refusal('run-set-aside', `Run ${id} is set aside; the list of runs says why.`);
    if (driver === undefined) throw new Refusal('run-unknown', `There is no run ${id}.`);
    return driver;
  };
  const view = (driver: RunDriver) => viewRun(driver, registry.ofRun(driver.id), presence);

  return {
    listRuns: () => [
      ...office.runs().map(view),
      ...[...office.setAside.values()].map((run) =>
        viewSetAsideRun(run, registry.ofRun(run.stored.id).length),
      ),
    ],

    async createRun(settings) {
      office.requireOpen();
      return view(await createRun(settings));
    },

    async changeRun(run, change) {
      office.requireOpen();
      const driver = runOf(run);
      if (change.paused !== undefined && driver.isOver) {
        throw new Refusal('run-finished', 'The run is over; it can be neither paused nor resumed.');
      }
      if (Object.keys(change).length > 0) {
        await store.runs.change(run, change);
        for (const text of describeChange(driver, change)) log({ level: 'info', run, device: null, text });
        driver.change(change);
      }
      return view(driver);
    },

    runSettings: (run) => {
      const driver = runOf(run);
      return { ...settingsToShow(driver.definition.settings), name: driver.name };
    },

    async editRun(run, settings) {
      office.requireOpen();
      return view(await editRun(runOf(run), settings));
    },

    async stopRun(run) {
      office.requireOpen();
      const driver = runOf(run);
      await driver.submit({ type: 'stopped' });
      return view(driver);
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

    async adapterArchive(run) {
      return archiveAdapter(join(await runOf(run).resultsFolder(), 'adapter'), `${run}-adapter`);
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
      office.requireOpen();
      runOf(token.run);
      return createJoinToken(store.tokens, token, now());
    },

    async revokeToken(token) {
      if (await store.tokens.revoke(token)) return;
      throw new Refusal('not-found', `There is no join token ${token}.`);
    },

    listDevices: () =>
      [...registry.all()].map((device) => viewDeviceOf(office, device.id)).filter((one) => one !== undefined),

    async revokeDevice(id) {
      office.requireOpen();
      const device = registry.find(id);
      if (device === undefined) throw new Refusal('not-found', `There is no device ${id}.`);
      await store.devices.revoke(id, now());
      registry.put({ ...device, revoked: true });
      presence.forget(id);
      const held = device.token === null ? '' : '; its join token lets no new device in';
      log({ level: 'warning', run: device.run, device: id, text: `${device.name} is revoked${held}.` });
      const driver = office.findRun(device.run);
      driver?.polls.wake();
      await driver?.dropDevice(id, 'it was revoked');
    },

    async renameDevice(id, name) {
      office.requireOpen();
      await renameDevice({ ...office, log }, id, name, 'operator');
    },

    async setQuarantine(id, quarantined) {
      office.requireOpen();
      const device = registry.find(id);
      if (device === undefined) throw new Refusal('not-found', `There is no device ${id}.`);
      await store.devices.setQuarantine(id, quarantined);
      registry.put({ ...device, quarantined });
      const text = `${device.name} is ${quarantined ? 'quarantined' : 'released from quarantine'}.`;
      log({ level: 'warning', run: device.run, device: id, text });
      office.onDevices([id]);
      const driver = office.findRun(device.run);
      if (quarantined) await driver?.dropDevice(id, 'it was quarantined');
      driver?.consider(id);
    },

    subscribe: (listener) => feed.subscribe(listener),
  };
}

export function viewDeviceOf(office: Office, id: string): DeviceView | undefined {
  const device = office.registry.find(id);
  if (device === undefined) return undefined;
  return viewDevice(device, office.findRun(device.run), office.presence, office.examples.get(id));
}

function describeChange(driver: RunDriver, { name, paused }: RunChange): string[] {
  return [
    ...(name === undefined || name === driver.name ? [] : [`Run ${driver.name} is now called ${name}.`]),
    ...(paused === undefined || paused === driver.isPaused
      ? []
      : [paused ? 'The run is paused.' : 'The run is resumed.']),
  ];
}
