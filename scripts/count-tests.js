/** Prints `N passed, N failed, N skipped` over the files that vitest's JSON reporter wrote. */
import { readFileSync } from 'node:fs';

const reports = process.argv.slice(2).map(readReport);
const sum = (count) => reports.reduce((total, report) => total + count(report), 0);
// A file that breaks outside its tests (an import, a hook) fails as a whole without a failed test.
const isBroken = (file) =>
  file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed');
const passed = sum((report) => report.numPassedTests);
const failed = sum((report) => report.numFailedTests + report.testResults.filter(isBroken).length);
const skipped = sum((report) => report.numPendingTests + report.numTodoTests);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);

/** An empty file is what a run leaves that ended before its tests: one failure. */
function readReport(file) {
  const text = readFileSync(file, 'utf8');
  if (text !== '') return JSON.parse(text);
  return { testResults: [], numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0 };
}
