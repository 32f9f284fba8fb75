import { basename, isAbsolute } from 'node:path';
import { formatBytes, formatTarget } from '@legend-fl/look';
import type { PartitionRule, StrategySummary } from '@legend-fl/runs';
import { isRealRun } from '@legend-fl/runs';
import { type ReportedRun, type RunGroup, seedOf } from '../group-runs.ts';
import type { FactView } from '../page/report-view.ts';

type StrategyFile = NonNullable<StrategySummary['strategyFile']>;

/** What was run: model, data, fleet, seeds, host and strategy files of an experiment. */
export function describeGroup({ runs }: RunGroup): FactView[] {
  const [first] = runs;
  const { model } = first.summary;
  const real = isRealRun(first.summary);
  return [
    {
      term: 'Model',
      value: nameFile(model.id),
      detail: `${model.blocks} blocks, hidden size ${model.hidden}, ${describeHash(model.sha256)}`,
    },
    real ? describeTestData(first) : describeData(first),
    real ? describeDevices(first) : describeFleet(runs),
    describeHost(runs),
    ...[...listStrategyFiles(runs)].map(([strategy, { path, sha256 }]) => ({
      term: 'Strategy file',
      value: basename(path),
      detail: `${strategy}, ${describeHash(sha256)}`,
    })),
  ];
}

function describeData({ summary: { data } }: ReportedRun): FactView {
  const { id, train, test, classes, partition } = data;
  const examples = `${count(train)} training and ${count(test)} test examples, ${classes} classes`;
  return { term: 'Data', value: nameFile(id), detail: `${examples}, ${describePartition(partition)}` };
}

/** Of real devices: their examples stay with them, and the test examples are the coordinator's. */
function describeTestData({ summary: { data } }: ReportedRun): FactView {
  const { test } = data;
  const tested =
    test > 0 ? `tested on ${count(test)} examples of ${nameFile(data.id)}` : 'tested on the devices';
  return {
    term: 'Data',
    value: `${count(data.train)} examples on the devices`,
    detail: `${data.classes} classes, ${tested}`,
  };
}

function describeFleet(runs: RunGroup['runs']): FactView {
  const { config } = runs[0].summary;
  const seeds = runs.map(seedOf);
  const devices = `${count(config.devices)} simulated devices`;
  return {
    term: 'Fleet',
    value: nameFile(config.fleet),
    detail: `${devices}, ${describeParticipation(config.participation)}${seeds.length > 1 ? 'seeds' : 'seed'} ${seeds.join(', ')}`,
  };
}

function describeDevices({ summary, roster }: ReportedRun): FactView {
  const took = roster?.size ?? summary.config.devices;
  const browsers = summary.enrolled?.filter(({ runtime }) => runtime === 'browser').length ?? 0;
  const enrolled = summary.config.devices === took ? '' : `, ${count(summary.config.devices)} enrolled`;
  return {
    term: 'Devices',
    value: `${count(took)} took part${enrolled}`,
    detail: browsers === 0 ? 'real devices' : `real devices, ${count(browsers)} of them in browsers`,
  };
}

function describeHost(runs: RunGroup['runs']): FactView {
  const { host } = runs[0].summary;
  const hosts = new Set(runs.map((run) => JSON.stringify(run.summary.host))).size;
  const others = hosts > 1 ? ', and others' : '';
  return {
    term: isRealRun(runs[0].summary) ? 'Coordinator’s host' : 'Host',
    value: host.cpu,
    detail: `${host.cores} cores, ${formatBytes(host.memoryBytes)}, ${host.os}, Node\u00a0${host.node}${others}`,
  };
}

/** Of each strategy from a file; the same for all runs of a group. */
function listStrategyFiles(runs: RunGroup['runs']): ReadonlyMap<string, StrategyFile> {
  const finished = runs.flatMap(({ summary }) => summary.strategies);
  return new Map(
    finished.flatMap(({ name, strategyFile }) => (strategyFile ? [[name, strategyFile] as const] : [])),
  );
}

/** What was read from a path of the machine that ran it is known by its file. */
function nameFile(id: string): string {
  return isAbsolute(id) ? basename(id) : id;
}

function describeHash(sha256: string): string {
  return `sha256\u00a0${sha256.slice(0, 8)}…`;
}

/** Where not all devices take part in every round. */
function describeParticipation(share = 1): string {
  return share === 1 ? '' : `${formatTarget(share)} of them called per round, `;
}

function describePartition(rule: PartitionRule): string {
  switch (rule.kind) {
    case 'iid':
      return rule.unevenness === undefined
        ? 'dealt at random (IID)'
        : `dealt at random (IID), sizes log-normal with σ\u00a0=\u00a0${rule.unevenness}`;
    case 'dirichlet':
      return `dealt by label, Dirichlet(${rule.alpha})`;
    case 'natural':
      return 'dealt by natural key';
  }
}

function count(value: number): string {
  return value.toLocaleString('en');
}
