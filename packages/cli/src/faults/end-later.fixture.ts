import { afterAll, expect, onTestFinished } from 'vitest';

const actions: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  for (const action of actions.splice(0).reverse()) await action();
});

/** Has something ended with the test under way; what was begun before all tests of a file, after all of them. */
export function endLater(action: () => Promise<unknown>): void {
  if (expect.getState().currentTestName === undefined) actions.push(action);
  else onTestFinished(async () => void (await action()));
}
