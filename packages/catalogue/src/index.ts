export {
  builtInCatalogue,
  type Catalogue,
  type DataEntry,
  type DataReading,
  type FixedSplit,
  type HubOrigin,
  type ModelEntry,
  type PackageOrigin,
  type Pins,
} from './catalogue.ts';
export type { DownloadProgress, ResolveOptions } from './read-settings.ts';
export { type ResolvedData, resolveData } from './resolve-data.ts';
export { type ResolvedModel, resolveModel } from './resolve-model.ts';
