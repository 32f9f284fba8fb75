import { type Html, html } from './html.ts';

export interface Figure {
  /** The finding, or the quantity. */
  readonly title: string;
  /** What is shown, in plain words. */
  readonly subtitle: string;
  readonly body: Html | readonly Html[];
}

/** A titled figure of the report. */
export function drawFigure({ title, subtitle, body }: Figure): Html {
  return html`<figure><figcaption><h3>${title}</h3><p>${subtitle}</p></figcaption>${body}</figure>`;
}

/** A name with its figure, which no line break parts. */
export function namedFigure(name: string, figure: string): string {
  return `${name} ${figure}`.replaceAll(' ', '\u00a0');
}

/** Width of a chart for narrow screens, at which its text keeps its size; `page.css` has the breakpoint. */
const narrowWidth = 342;

/** A chart drawn twice, for wide and for narrow screens; the page shows the one that fits. */
export function drawAtWidths(wideWidth: number, draw: (width: number) => Html): Html {
  return html`<div class="wide">${draw(wideWidth)}</div><div class="narrow">${draw(narrowWidth)}</div>`;
}
