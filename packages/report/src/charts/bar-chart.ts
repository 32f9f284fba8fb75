import { scaleLinear } from 'd3-scale';
import { type Html, html } from '../html.ts';
import { chartTextSize, round, textWidth } from './plot.ts';

export interface Bar {
  readonly label: string;
  readonly tone: number;
  /** Lengths of its parts from the left, the first strong and the others pale; none where there is no figure. */
  readonly parts: readonly number[];
  /** Ends of the whisker. */
  readonly range: { readonly min: number; readonly max: number } | undefined;
  /** The figure in words, at the right. */
  readonly text: string;
  /** What hovering shows. */
  readonly tip: string;
}

export interface BarChart {
  readonly description: string;
  readonly width: number;
  readonly bars: readonly Bar[];
}

const rowHeight = 40;
const barHeight = 12;
const barTop = 20;

/** Horizontal bars under their names, each with its figure and, where it has a range, a whisker. */
export function barChart({ description, width, bars }: BarChart): Html {
  const longest = Math.max(0, ...bars.map(({ parts, range }) => Math.max(sum(parts), range?.max ?? 0)));
  const scale = scaleLinear()
    .domain([0, longest === 0 ? 1 : longest])
    // Half a whisker's end has to fit as well.
    .range([0, width - 1]);
  const rows = bars.map((bar, index) => drawBar(bar, { scale, width, top: index * rowHeight }));
  return html`<svg viewBox="0 0 ${width} ${bars.length * rowHeight}" role="img" aria-label="${description}">${rows}</svg>`;
}

interface Place {
  readonly scale: (value: number) => number;
  readonly width: number;
  readonly top: number;
}

function drawBar({ label, tone, parts, range, text, tip }: Bar, { scale, width, top }: Place): Html {
  const y = top + barTop;
  const rects = parts.map((part, index) => {
    const left = scale(sum(parts.slice(0, index)));
    return html`<rect class="bar${index === 0 ? '' : ' pale'}" x="${round(left)}" y="${y}" width="${round(scale(part))}" height="${barHeight}"/>`;
  });
  const whisker = range === undefined ? '' : drawWhisker(scale(range.min), scale(range.max), y);
  const room = width - textWidth(text) - 12;
  return html`<g class="tone-${tone}" data-tip="${tip}"><rect class="hit" x="0" y="${top}" width="${width}" height="${rowHeight - 4}"/><rect class="track" x="0" y="${y}" width="${width}" height="${barHeight}"/>${rects}${whisker}<text class="name" x="0" y="${top + chartTextSize + 1}">${shorten(label, room)}</text><text class="amount" x="${width}" y="${top + chartTextSize + 1}" text-anchor="end">${text}</text></g>`;
}

function drawWhisker(min: number, max: number, y: number): Html {
  const [low, high, middle] = [round(min), round(max), y + barHeight / 2];
  const path = `M${low} ${y + 1}v${barHeight - 2}M${high} ${y + 1}v${barHeight - 2}M${low} ${middle}H${high}`;
  return html`<path class="whisker-edge" d="${path}"/><path class="whisker" d="${path}"/>`;
}

/** The text with its end cut off where it is wider than the room. */
function shorten(text: string, room: number): string {
  if (textWidth(text) <= room) return text;
  return `${text.slice(0, Math.max(1, Math.floor((text.length * room) / textWidth(text)) - 1))}…`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
