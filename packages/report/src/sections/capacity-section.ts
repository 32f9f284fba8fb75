import { drawFigure } from '../draw-figure.ts';
import type { ReportedRun } from '../group-runs.ts';
import { type Html, html } from '../html.ts';

/** What the fleet can do in a round to choose; `page/capacities.js` draws it. Empty where no record tells. */
export function capacitySection(runs: readonly ReportedRun[]): Html {
  if (!runs.some(tellsCapacity)) return html``;
  return html`<section class="capacities"><h2>The fleet’s capacities</h2>${drawFigure({
    name: 'capacities',
    title: 'How unlike the devices are',
    subtitle:
      'A mark per device: seconds per block of one local step, forward and backward, against the rate of its uplink. Both axes are logarithmic.',
    body: [
      html`<div class="controls"></div>`,
      html`<ol class="kind-key"></ol>`,
      html`<div class="drawing"></div>`,
      html`<p class="note shown"></p>`,
    ],
  })}</section>`;
}

function tellsCapacity({ rounds }: ReportedRun): boolean {
  const digests = [...(rounds?.values() ?? [])].flat();
  return digests.some(({ devices }) => devices.some(({ capacity }) => capacity !== undefined));
}
