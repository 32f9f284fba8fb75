import { type Html, html } from './html.ts';

export interface Figure {
  /** Of its files when it is downloaded; unique in the page. */
  readonly name: string;
  /** The finding, or the quantity. */
  readonly title: string;
  /** What is shown, in plain words. */
  readonly subtitle?: string;
  /** Of the series that the figure is about. */
  readonly tone?: number;
  readonly body: Html | readonly Html[];
}

/** A titled figure of the report. `page/downloads.js` offers its chart as SVG and its data as CSV. */
export function drawFigure({ name, title, subtitle, tone, body }: Figure): Html {
  const key = tone === undefined ? '' : html`<span class="key tone-${tone}"></span>`;
  const below = subtitle === undefined ? '' : html`<p>${subtitle}</p>`;
  return html`<figure data-name="${name}"><figcaption><h3>${key}${title}</h3>${below}</figcaption>${body}</figure>`;
}

/** A name with its figure, which no line break parts. */
export function namedFigure(name: string, figure: string): string {
  return `${name} ${figure}`.replaceAll(' ', '\u00a0');
}

/** Width of a chart for narrow screens, at which its text keeps its size; `page.css` has the breakpoint. */
const narrowWidth = 312;

/** A chart drawn twice, for wide and for narrow screens; the page shows the one that fits. */
export function drawAtWidths(wideWidth: number, draw: (width: number) => Html): Html {
  return html`<div class="wide">${draw(wideWidth)}</div><div class="narrow">${draw(narrowWidth)}</div>`;
}
