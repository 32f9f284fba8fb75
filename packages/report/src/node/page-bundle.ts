/** What the page is made of, each the text of one file that needs no other. */
export interface PageBundle {
  /** What runs in the page. */
  readonly script: string;
  readonly style: string;
  /** The module that draws the page without a browser; its default export is a `PageRenderer`. */
  readonly renderer: string;
}
