/** A file that the coordinator's server gives out as it is. */
export type PageFile = {
  /** Media type. */
  readonly type: string;
  /** Further response headers. */
  readonly headers: Readonly<Record<string, string>>;
} & (
  | { readonly bytes: Uint8Array; readonly path?: never }
  | { readonly path: string; readonly bytes?: never }
);

/** What pages load besides ONNX Runtime: scripts and the style sheet. */
export interface PageAssets {
  /** By path. */
  readonly files: readonly (readonly [string, PageFile])[];
  /** Path of what each source that a page begins with became. */
  readonly entries: Readonly<Record<string, string>>;
  /** Path of the style sheet. */
  readonly style: string;
}
