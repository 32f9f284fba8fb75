import { type DeviceGroup, depthKey, depthMap } from '../charts/depth-map.ts';
import { drawAtWidths } from '../draw-figure.ts';
import { type Html, html } from '../html.ts';
import type { Series } from '../list-series.ts';

const wideWidth = 524;

/** More devices than this are thinned out: their rows would be finer than a screen shows. */
const shownDevices = 160;

/** For each series, the depth of every device in every round. */
export function depthSection(series: readonly Series[]): Html {
  const blocks = Math.max(1, ...series.map(({ run }) => run.summary.model.blocks));
  return html`<section><h2>Depth of every device</h2><p class="lead">How many blocks, counted from the output, each device trains in each round. A blank is a device that sat out.</p>${depthKey(blocks)}<div class="pairs">${series.map((one) => drawDepths(one, blocks))}</div></section>`;
}

function drawDepths(series: Series, blocks: number): Html {
  const groups = groupDevices(series);
  const ids = groups.flatMap(({ devices }) => devices.map(({ id }) => id));
  const depths = groups.flatMap((group) => group.devices.map((device) => device.depths));
  const title = describeDepths(series);
  const draw = (width: number) =>
    depthMap({ description: title, width, groups, rounds: series.rounds.length, blocks });
  return html`<figure data-depths="${JSON.stringify({ ids, depths })}"><figcaption><h3><span class="key tone-${series.tone}"></span>${title}</h3></figcaption>${drawAtWidths(wideWidth, draw)}</figure>`;
}

function describeDepths({ label, run, rounds }: Series): string {
  const { blocks } = run.summary.model;
  const trained = rounds.flatMap(({ devices }) => devices.map(({ depth }) => depth));
  if (trained.length === 0) return `${label}: no device trained`;
  const least = trained.reduce((one, other) => Math.min(one, other));
  const most = trained.reduce((one, other) => Math.max(one, other));
  if (least === most) return `${label}: always ${least} of ${blocks} blocks`;
  const mean = trained.reduce((sum, depth) => sum + depth, 0) / trained.length;
  return `${label}: ${least} to ${most} of ${blocks} blocks, ${mean.toFixed(1)} on average`;
}

/** Devices in order of first appearance, together with those whose ids differ in the number at the end only. */
function groupDevices({ rounds }: Series): DeviceGroup[] {
  const depths = new Map<string, number[]>();
  for (const [index, { devices }] of rounds.entries()) {
    for (const { id, depth } of devices) {
      const row = depths.get(id) ?? rounds.map(() => 0);
      row[index] = depth;
      depths.set(id, row);
    }
  }
  const devices = [...depths].map(([id, row]) => ({ id, depths: row }));
  const byKind = Map.groupBy(devices, ({ id }) => id.replace(/[-_ ]?\d+$/, ''));
  if (byKind.size * 2 > devices.length) return [{ title: countDevices(devices.length), devices }];
  const step = Math.ceil(devices.length / shownDevices);
  return [...byKind].map(([kind, members]) => ({
    title: `${kind}, ${countDevices(members.length)}${step > 1 ? `, one in ${step} shown` : ''}`,
    devices: members
      .sort((one, other) => (one.id < other.id ? -1 : 1))
      .filter((_, index) => index % step === 0),
  }));
}

function countDevices(count: number): string {
  return count === 1 ? '1 device' : `${count} devices`;
}
