export type { DataSource, Dataset, Example, Format, Part, Reading, Split } from './dataset.ts';
export {
  type DataFile,
  type LabelledText,
  type LabelledTexts,
  readLabelledTexts,
} from './read-labelled-texts.ts';
export { defaultSplit, splitTrainTest } from './split-train-test.ts';
