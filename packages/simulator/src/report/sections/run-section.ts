import type { PartitionRule } from '../../partition/partition-rule.ts';
import { formatBytes } from '../format-quantity.ts';
import { type RunGroup, seedOf } from '../group-runs.ts';
import { type Html, html } from '../html.ts';

/** What was run: model, data, fleet, seeds and host of each experiment. */
export function runSection(groups: readonly RunGroup[]): Html {
  return html`<section class="runs" aria-label="What was run">${groups.map((group) => describeGroup(group, groups.length > 1))}</section>`;
}

function describeGroup({ name, runs }: RunGroup, named: boolean): Html {
  const { model, data, config, host } = runs[0].summary;
  const seeds = runs.map(seedOf);
  const hosts = new Set(runs.map((run) => JSON.stringify(run.summary.host))).size;
  const facts: [string, string, string][] = [
    [
      'Model',
      model.id,
      `${model.blocks} blocks, hidden size ${model.hidden}, sha256\u00a0${model.sha256.slice(0, 8)}…`,
    ],
    [
      'Data',
      data.id,
      `${count(data.train)} training and ${count(data.test)} test examples, ${data.classes} classes, ${describePartition(data.partition)}`,
    ],
    [
      'Fleet',
      config.fleet,
      `${count(config.devices)} simulated devices, ${seeds.length > 1 ? 'seeds' : 'seed'} ${seeds.join(', ')}`,
    ],
    [
      'Host',
      host.cpu,
      `${host.cores} cores, ${formatBytes(host.memoryBytes)}, ${host.os}, Node\u00a0${host.node}${hosts > 1 ? ', and others' : ''}`,
    ],
  ];
  const heading = named ? html`<h3>${name}</h3>` : html``;
  return html`${heading}<dl class="facts">${facts.map(
    ([term, value, detail]) =>
      html`<div><dt>${term}</dt><dd><strong>${value}</strong><span>${detail}</span></dd></div>`,
  )}</dl>`;
}

function describePartition(rule: PartitionRule): string {
  switch (rule.kind) {
    case 'iid':
      return 'dealt at random (IID)';
    case 'dirichlet':
      return `dealt by label, Dirichlet(${rule.alpha})`;
    case 'natural':
      return 'dealt by natural key';
  }
}

function count(value: number): string {
  return value.toLocaleString('en');
}
