export type { DataSource, Dataset, Example, Format, Part, Reading, Split } from './dataset.ts';
export { readExamples } from './read-examples.ts';
export { readTrainTest } from './read-train-test.ts';
export { defaultSplit, splitTrainTest } from './split-train-test.ts';
