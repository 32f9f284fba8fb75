import { drawFigure } from '../draw-figure.ts';
import { type Html, html } from '../html.ts';

/** What each device does when, in a round to choose; `page/timeline.js` draws it. */
export function timelineSection(): Html {
  const phases = ['download', 'forward', 'backward', 'upload', 'waiting'].map(
    (phase) => html`<li><span class="swatch phase-${phase}"></span>${phase}</li>`,
  );
  return html`<section class="timeline"><h2>One round, device by device</h2>${drawFigure({
    name: 'timeline',
    title: 'Who works and who waits',
    subtitle:
      'A bar per device from the round’s start to its end. Forward and backward passes take turns; each is drawn as its sum.',
    body: [
      html`<div class="controls"></div>`,
      html`<ol class="phase-key">${phases}<li><span class="cross">✕</span>dropped out</li></ol>`,
      html`<div class="drawing"></div>`,
      html`<p class="note shown"></p>`,
    ],
  })}</section>`;
}
