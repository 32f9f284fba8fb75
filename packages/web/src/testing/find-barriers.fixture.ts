import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds wrong with the page as it is, each as `rule: element`; WCAG 2.2 A and AA, and good practice. */
export async function findBarriers(page: Page): Promise<string[]> {
  // Not as a script of the page, which its policy forbids.
  await page.evaluate(axe.source);
  const found = (await page.evaluate(`axe.run({ resultTypes: ['violations'] })`)) as axe.AxeResults;
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/**
 * Goes through the page with the Tab key.
 * @returns what can be clicked or typed in and was not reached, and what was reached and does not show it
 */
export async function tabThrough(page: Page): Promise<{ unreached: string[]; unseen: string[] }> {
  const count = Number(await page.evaluate(`(${markControls})()`));
  const unseen: string[] = [];
  await page.evaluate('document.activeElement?.blur()');
  for (let pressed = 0; pressed < count + 5; pressed++) {
    await page.keyboard.press('Tab');
    const fault = (await page.evaluate(`(${visit})()`)) as string | null;
    if (fault !== null) unseen.push(fault);
  }
  const unreached = (await page.evaluate(
    `[...document.querySelectorAll('[data-unreached]')].map((element) => element.outerHTML)`,
  )) as string[];
  return { unreached, unseen };
}

/** Runs in the page. Of a group of radio buttons the arrow keys reach the others. */
const markControls = `() => {
  const controls = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter((element) => element.checkVisibility() && !element.disabled)
    .filter((element) => element.type !== 'radio' || element.checked);
  for (const element of controls) element.dataset.unreached = '';
  return controls.length;
}`;

/** Runs in the page: the element with the focus, unless it has an outline. */
const visit = `() => {
  const element = document.activeElement;
  delete element.dataset.unreached;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const shown = element === document.body || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1);
  return shown ? null : element.outerHTML;
}`;
