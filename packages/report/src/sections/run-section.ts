import { basename } from 'node:path';
import { formatBytes, formatTarget } from '@legend-fl/look';
import type { PartitionRule, StrategySummary } from '@legend-fl/runs';
import { type RunGroup, seedOf } from '../group-runs.ts';
import { type Html, html } from '../html.ts';

type StrategyFile = NonNullable<StrategySummary['strategyFile']>;

/** What was run: model, data, fleet, seeds, host and strategy files of each experiment. */
export function runSection(groups: readonly RunGroup[]): Html {
  return html`<section class="runs" aria-label="What was run">${groups.map((group) => describeGroup(group, groups.length > 1))}</section>`;
}

function describeGroup({ name, runs }: RunGroup, named: boolean): Html {
  const { model, data, config, host } = runs[0].summary;
  const seeds = runs.map(seedOf);
  const hosts = new Set(runs.map((run) => JSON.stringify(run.summary.host))).size;
  const facts: [string, string, string][] = [
    ['Model', model.id, `${model.blocks} blocks, hidden size ${model.hidden}, ${describeHash(model.sha256)}`],
    [
      'Data',
      data.id,
      `${count(data.train)} training and ${count(data.test)} test examples, ${data.classes} classes, ${describePartition(data.partition)}`,
    ],
    [
      'Fleet',
      config.fleet,
      `${count(config.devices)} simulated devices, ${describeParticipation(config.participation)}${seeds.length > 1 ? 'seeds' : 'seed'} ${seeds.join(', ')}`,
    ],
    [
      'Host',
      host.cpu,
      `${host.cores} cores, ${formatBytes(host.memoryBytes)}, ${host.os}, Node\u00a0${host.node}${hosts > 1 ? ', and others' : ''}`,
    ],
  ];
  for (const [strategy, { path, sha256 }] of listStrategyFiles(runs)) {
    facts.push(['Strategy file', basename(path), `${strategy}, ${describeHash(sha256)}`]);
  }
  const heading = named ? html`<h3>${name}</h3>` : html``;
  return html`${heading}<dl class="facts">${facts.map(
    ([term, value, detail]) =>
      html`<div><dt>${term}</dt><dd><strong>${value}</strong><span>${detail}</span></dd></div>`,
  )}</dl>`;
}

/** Of each strategy from a file; the same for all runs of a group. */
function listStrategyFiles(runs: RunGroup['runs']): ReadonlyMap<string, StrategyFile> {
  const finished = runs.flatMap(({ summary }) => summary.strategies);
  return new Map(
    finished.flatMap(({ name, strategyFile }) => (strategyFile ? [[name, strategyFile] as const] : [])),
  );
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
