export { readExamples } from './read-examples.ts';
export { readTrainTest } from './read-train-test.ts';
