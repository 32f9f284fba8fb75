import type { ReportView } from './report-view.ts';

/** What `render.tsx` draws without a browser. */
export interface PageRenderer {
  /** The whole document. */
  renderPage(view: ReportView, parts: PageParts): string;
  /** Charts for files of their own, so many pixels wide. */
  drawCharts(
    view: ReportView,
    width: number,
  ): { readonly accuracy: DrawnChart[]; readonly toTarget: DrawnChart[] };
}

export interface PageParts {
  readonly style: string;
  readonly script: string;
  /** Its content security policy. */
  readonly policy: string;
  /** The view, packed for the script. */
  readonly data: string;
}

export interface DrawnChart {
  readonly title: string;
  readonly subtitle: string;
  /** An `<svg>` with its `viewBox` from 0 0. */
  readonly svg: string;
}
