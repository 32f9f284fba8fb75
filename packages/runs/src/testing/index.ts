export { allRounds } from './all-rounds.ts';
export { sampleRun, type SampleRun } from './sample-run.ts';
export { LargeRun } from './large-run.ts';
