import { afterAll, expect, onTestFailed, onTestFinished } from 'vitest';

const actions: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  for (const action of actions.splice(0).reverse()) await action();
});

/** Has something ended with the test under way; what was begun before all tests of a file, after all of them. */
export function endLater(action: () => Promise<unknown>): void {
  if (expect.getState().currentTestName === undefined) actions.push(action);
  else onTestFinished(async () => void (await action()));
}

/** Prints this text where the test under way fails, so that a failure on another machine can be understood. */
export function printIfFailed(text: () => string): void {
  if (expect.getState().currentTestName !== undefined) onTestFailed(() => console.error(text()));
}
