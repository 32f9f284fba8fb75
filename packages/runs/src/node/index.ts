export { describeHost } from './run-folder/describe-host.ts';
export { readSummary, summaryFileName } from './run-folder/read-summary.ts';
export { appendRound, readRounds } from './run-folder/rounds-file.ts';
export { createRunFolder, openRunFolder, type RunFolder } from './run-folder/run-folder.ts';
export { checkStrategyName, roundsPath, strategyFolder, type StrategyFolder } from './run-folder/strategy-folder.ts';
