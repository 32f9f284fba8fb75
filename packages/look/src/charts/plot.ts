/** Place of the data in a chart, in the chart's own units, which are pixels where it is drawn at its width. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface XY {
  readonly x: number;
  readonly y: number;
}

/** Size of the text in charts, as in `chart.css`. */
export const chartTextSize = 12;

/** About how wide a text is in a system font; the exact width is the browser's. */
export function textWidth(text: string): number {
  return text.length * chartTextSize * 0.56;
}

/** The text with its end cut off where it is wider than the room. */
export function shorten(text: string, room: number): string {
  if (textWidth(text) <= room) return text;
  return `${text.slice(0, Math.max(1, Math.floor((text.length * room) / textWidth(text)) - 1))}…`;
}

/** To a tenth of a unit: finer is not seen and makes a file large. */
export function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
