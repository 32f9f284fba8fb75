import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { type CsvRow, formatCsv } from './format-csv.ts';
import { saveFile } from './save-file.ts';
import { standaloneSvg } from './standalone-svg.ts';

interface FigureProps {
  /** Of its files when it is downloaded; unique in the page. */
  readonly name: string;
  /** The finding, or the quantity. */
  readonly title?: string;
  /** What is shown, in plain words. */
  readonly subtitle?: string;
  /** Of the series that the figure is about. */
  readonly tone?: number;
  /** Whether its chart can be saved too. */
  readonly chart?: boolean;
  /** Its data, of which the first row holds the titles. */
  rows(): readonly CsvRow[];
  readonly children: ComponentChildren;
}

/** A titled figure of the report, whose chart can be saved as SVG and its data as CSV. */
export function Figure({ name, title, subtitle, tone, chart = true, rows, children }: FigureProps) {
  const figure = useRef<HTMLElement>(null);
  const saveChart = () => {
    const charts = figure.current?.querySelectorAll<SVGSVGElement>('svg[role=img]') ?? [];
    const visible = [...charts].find((svg) => svg.getBoundingClientRect().width > 0);
    if (visible !== undefined) saveFile(`${name}.svg`, 'image/svg+xml', standaloneSvg(visible));
  };
  return (
    <figure data-name={name} ref={figure}>
      {title !== undefined && (
        <figcaption>
          <h3>
            {tone !== undefined && <span class={`key tone-${tone}`} />}
            {title}
          </h3>
          {subtitle !== undefined && <p>{subtitle}</p>}
        </figcaption>
      )}
      {children}
      <p class="downloads">
        {chart && (
          <button type="button" aria-label={`Save ${name}.svg`} onClick={saveChart}>
            SVG
          </button>
        )}
        <button
          type="button"
          aria-label={`Save ${name}.csv`}
          onClick={() => saveFile(`${name}.csv`, 'text/csv', formatCsv(rows()))}
        >
          CSV
        </button>
      </p>
    </figure>
  );
}

/** A name with its figure, which no line break parts. */
export function namedFigure(name: string, figure: string): string {
  return `${name} ${figure}`.replaceAll(' ', '\u00a0');
}
