export { comparisonRows } from './comparison-rows.ts';
export { readRun } from './digest/read-run.ts';
export { readRuns } from './digest/read-runs.ts';
export { retargetRun } from './digest/retarget-run.ts';
export { formatComparisonTable } from './format-comparison-table.ts';
export { renderReport } from './render-report.ts';
export { writeResults } from './results/write-results.ts';
