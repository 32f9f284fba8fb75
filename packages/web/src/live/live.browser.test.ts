import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { desktop, launchPageBrowser, type PageBrowser, phone } from '../testing/open-page.fixture.ts';
import { readCode } from '../testing/read-code.fixture.ts';
import { type SampleCoordinator, startSampleCoordinator } from '../testing/sample-coordinator.fixture.ts';
import { type SampleRun, sampleRun } from '../testing/sample-run.fixture.ts';

let browser: PageBrowser;
let sample: SampleRun;
let coordinator: SampleCoordinator;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  browser = await launchPageBrowser();
});
afterAll(() => browser?.close());

/** Starts a coordinator and signs in by its address. */
async function follow(devices: number, options = desktop): Promise<void> {
  sample = sampleRun({ devices });
  coordinator = await startSampleCoordinator(sample);
  ({ page, complaints } = await browser.open(
    `${coordinator.origin}/#operator=${coordinator.token}`,
    options,
  ));
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('heading', { name: 'Reviews' }).waitFor();
}

afterEach(async () => {
  await page.context().close();
  await coordinator.goAway();
});

const section = (heading: string | RegExp) =>
  page.locator('section', { has: page.getByRole('heading', { level: 2, name: heading }) });
const rows = () => page.locator('.device-scroller tbody tr[aria-rowindex]');

/** Answers the question that comes next with yes, and tells what it was. */
function agree(): Promise<string> {
  return new Promise((resolve) => {
    page.once('dialog', async (dialog) => {
      await dialog.accept();
      resolve(dialog.message());
    });
  });
}

describe('with three devices', () => {
  beforeEach(() => follow(3));
  afterEach(() => expect(complaints).toEqual([]));

  test('the token is taken out of the address and exchanged for a cookie that scripts cannot read', async () => {
    expect(page.url()).toBe(`${coordinator.origin}/`);
    expect(await page.evaluate('document.cookie + JSON.stringify(localStorage)')).toBe('{}');
    await page.reload();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(coordinator.requests.filter((asked) => asked === 'POST /v1/operator/sessions')).toHaveLength(1);
  });

  test('signing out asks for the token again, and tells why one is not taken', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Operator token').fill('lo_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('This is not the operator’s token.');
    complaints.splice(0); // The browser itself tells of each answer that is no success.
    await page.getByLabel('Operator token').fill(coordinator.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
  });

  test('what changes is shown', async () => {
    const [device] = sample.devices;
    const [round] = sample.rounds;
    if (device === undefined || round === undefined) throw new Error('the sample is empty');
    coordinator.tell({
      type: 'devices',
      devices: [{ ...device, status: 'uploading', step: 40, name: 'kiosk by the door' }],
    });
    await rows().filter({ hasText: 'kiosk by the door' }).filter({ hasText: 'uploading' }).waitFor();
    coordinator.tell({ type: 'rounds', rounds: [{ ...round, round: 13, accuracy: 0.99 }] });
    const chart = section('Accuracy and loss').getByRole('img', { name: 'Accuracy over rounds' });
    await chart.getByText('100%').waitFor();
    await chart.focus();
    await page.keyboard.press('ArrowLeft');
    await section('Accuracy and loss').getByText('99.0%').waitFor();
    coordinator.tell({
      type: 'log',
      entries: [{ at: Date.now(), level: 'info', run: 'run-1', device: null, text: '<b>told</b>' }],
    });
    await section('Events').getByText('<b>told</b>').waitFor();
  });

  test('curves are over rounds or over time', async () => {
    await section('Accuracy and loss').getByLabel('time').check();
    await section('Accuracy and loss').getByRole('img', { name: 'Loss over time' }).waitFor();
    expect(await section('Accuracy and loss').textContent()).toContain('Time (min)');
  });

  test('each device has a row of depths, or their numbers have', async () => {
    const depths = section('Blocks trained');
    await depths.getByRole('img', { name: 'Blocks that each device trained' }).waitFor();
    expect(await depths.textContent()).toContain('laptop-2');
    await depths.getByLabel('depth').check();
    expect(await depths.textContent()).toContain('6 blocks');
  });

  test('a run is started from a form, or from a run file; a refusal is told', async () => {
    await page.getByText('Start another run').click();
    const form = page.locator('.start-run form');
    await form.getByLabel('Rounds').fill('13');
    await form.getByLabel('Classes').fill('bad, good');
    await form.getByRole('button', { name: 'Start run' }).click();
    await form.getByText('rounds: expected another number than 13').waitFor();
    complaints.splice(0); // The browser itself tells of each answer that is no success.
    await form.getByLabel('run file').check();
    await form.getByLabel('YAML or JSON').fill('name: Second\nlocal: { steps: 4 }\nclasses: [bad, good]');
    await form.getByRole('button', { name: 'Start run' }).click();
    await page.getByRole('heading', { name: 'Second' }).waitFor();
    expect(coordinator.bodies).toEqual([
      { strategy: 'legend', rounds: 13, classes: ['bad', 'good'] },
      { name: 'Second', local: { steps: 4 }, classes: ['bad', 'good'] },
    ]);
    expect(await page.getByRole('navigation', { name: 'Runs' }).getByRole('button').count()).toBe(2);
  });

  test('a text that is no run file is not sent', async () => {
    await page.getByText('Start another run').click();
    await page.getByLabel('run file').check();
    await page.getByLabel('YAML or JSON').fill('a: [1');
    await page.getByRole('button', { name: 'Start run' }).click();
    await page.getByText('This is neither YAML nor JSON').waitFor();
    expect(coordinator.requests).not.toContain('POST /v1/operator/runs');
  });

  test('a run is stopped once the operator agrees', async () => {
    const question = agree();
    await page.getByRole('button', { name: 'Stop run' }).click();
    expect(await question).toContain('Stop “Reviews” for good?');
    await page.getByText('Stopped by an operator.', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Stop run' }).count()).toBe(0);
  });

  test('what the operator should know of a run’s settings is shown as long as it holds', async () => {
    const warning = 'Two devices can infer each other’s updates.';
    coordinator.tell({ type: 'runs', runs: [{ ...sample.run, warning }] });
    await page.locator('.summary .warning').getByText(warning).waitFor();
    coordinator.tell({ type: 'runs', runs: [sample.run] });
    await page.getByText(warning).waitFor({ state: 'detached' });
  });

  test('a run that has failed says why, and says it aloud', async () => {
    const about = 'Set aside: its stored events cannot be read.';
    coordinator.tell({ type: 'runs', runs: [{ ...sample.run, status: 'failed', about }] });
    await page.locator('.summary').getByRole('alert').getByText(about).waitFor();
  });

  test('clipped updates and dropped devices of each round are shown, or that there were none', async () => {
    const losses = section('Clipped and dropped');
    await losses.getByRole('img', { name: 'Clipped updates and dropped devices in each round' }).focus();
    await page.keyboard.press('ArrowLeft');
    expect(await losses.getByRole('status').textContent()).toBe('clipped 1dropped out 0Round 12');
    const rounds = sample.rounds.map((round) => ({ ...round, clipped: 0, dropped: 0 }));
    coordinator.tell({ type: 'rounds', rounds });
    await losses
      .getByText('No update was clipped and no device dropped out in the last 12 rounds.')
      .waitFor();
  });

  test('the adapter is one download, and the report is opened', async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download adapter' }).click();
    expect((await download).suggestedFilename()).toBe('run-1-adapter.zip');
    const report = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Report' }).click();
    expect(await (await report).title()).toBe('Report');
  });

  test('the untrained model is where the curves begin, and the last row of the rounds', async () => {
    const learning = section('Accuracy and loss');
    await learning.getByText('Round 0 is the untrained model: accuracy 50.7%, loss 0.6951.').waitFor();
    await learning.getByRole('img', { name: 'Accuracy over rounds' }).focus();
    for (let round = 12; round >= 0; round--) await page.keyboard.press('ArrowLeft');
    await learning.locator('.tip').filter({ hasText: 'round 0' }).waitFor();
    const history = section('Rounds').locator('tbody tr');
    expect(await history.count()).toBe(13);
    expect(await history.first().textContent()).toContain('1 update clipped');
    expect(await history.last().textContent()).toContain('untrained');
  });

  test('the devices that hold the round up are named, and its end is estimated', async () => {
    const [device] = sample.devices;
    if (device === undefined) throw new Error('the sample is empty');
    const late = { ...device, status: 'training', depth: 2, assignedAt: Date.now() - 90_000 } as const;
    coordinator.tell({ type: 'devices', devices: [{ ...late, plannedSeconds: 30, step: 3, steps: 40 }] });
    const missing = page.locator('.missing li').first();
    await missing.filter({ hasText: `${device.name}: training, step 3 of 40, 1 min` }).waitFor();
    expect(await missing.textContent()).toContain('longer than planned');
    await page.getByText(/^Ends in about .* \(estimated from the last 5 rounds; sooner/).waitFor();
  });

  test('nothing of a round is shown as done before one is', async () => {
    coordinator.tell({ type: 'runs', runs: [{ ...sample.run, id: 'run-0', name: 'New', round: 1 }] });
    await page.getByRole('navigation', { name: 'Runs' }).getByText('0 of 40 rounds').waitFor();
  });

  test('once the run is over its devices are finished, whatever they did last', async () => {
    const over = sample.devices.map((device) => ({
      ...device,
      status: 'finished' as const,
      depth: null,
      step: 0,
      steps: 0,
    }));
    coordinator.tell({ type: 'devices', devices: over });
    coordinator.tell({ type: 'runs', runs: [{ ...sample.run, status: 'finished', phase: 'finished' }] });
    await expect.poll(() => rows().filter({ hasText: 'finished' }).count()).toBe(3);
    expect(await rows().first().textContent()).not.toContain('of 40');
  });

  test('devices of the same name are told apart wherever they are named', async () => {
    coordinator.tell({
      type: 'devices',
      devices: sample.devices.map((device) => ({ ...device, name: 'vm' })),
    });
    await rows().filter({ hasText: 'vm (0002)' }).waitFor();
    expect(await section('Blocks trained').textContent()).toContain('vm (0003)');
  });

  test('a device is renamed', async () => {
    page.once('dialog', (dialog) => void dialog.accept('shop window'));
    await page.getByRole('button', { name: 'Rename laptop-2' }).click();
    await rows().filter({ hasText: 'shop window' }).waitFor();
  });

  test('a run is renamed, paused and resumed', async () => {
    page.once('dialog', (dialog) => void dialog.accept('Film reviews'));
    await page.getByRole('button', { name: 'Rename', exact: true }).click();
    await page.getByRole('heading', { name: 'Film reviews' }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect(coordinator.bodies).toEqual([{ name: 'Film reviews' }, { paused: true }, { paused: false }]);
  });

  test('a run is cloned: its settings can be changed before the copy is started', async () => {
    await page.getByRole('button', { name: 'Clone' }).click();
    const text = page.getByLabel('YAML or JSON');
    await expect.poll(() => text.inputValue()).toContain('name: Reviews copy');
    await text.fill(`${await text.inputValue()}seed: 2\n`);
    await page.getByRole('button', { name: 'Start run' }).click();
    await page.getByRole('heading', { name: 'Second' }).waitFor();
    expect(coordinator.bodies).toEqual([
      { name: 'Reviews copy', classes: ['bad', 'good'], rounds: 40, seed: 2 },
    ]);
  });

  test('the settings of a run that has not begun are edited', async () => {
    expect(await page.getByRole('button', { name: 'Edit settings' }).count()).toBe(0);
    coordinator.tell({ type: 'runs', runs: [{ ...sample.run, editable: true }] });
    await page.getByRole('button', { name: 'Edit settings' }).click();
    await page.getByText('Settings of “Reviews”').waitFor();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Start another run').waitFor();
    expect(coordinator.requests).toContain('POST /v1/operator/runs/run-1/settings');
    expect(coordinator.bodies).toEqual([{ name: 'Reviews', classes: ['bad', 'good'], rounds: 40 }]);
  });

  test('runs are compared by their figures', async () => {
    coordinator.tell({ type: 'runs', runs: [{ ...sample.run, id: 'run-2', name: 'Second' }] });
    coordinator.tell({
      type: 'rounds',
      rounds: sample.rounds.map((round) => ({ ...round, run: 'run-2', accuracy: round.accuracy - 0.1 })),
    });
    await page.getByText('Compare runs').click();
    const figures = page.getByRole('region', { name: 'Figures of the runs' });
    expect(await figures.locator('tbody tr').allTextContents()).toEqual([
      expect.stringContaining('Reviews'),
      expect.stringContaining('Second'),
    ]);
    await page.locator('.compare').getByLabel('Second').uncheck();
    await page.getByText('Choose at least two runs.').waitFor();
  });

  test('an operator is notified who asks for it', async () => {
    await page.context().grantPermissions(['notifications']);
    await page.getByRole('button', { name: 'Notify me when a run ends' }).click();
    await page.getByText('You will be notified when a run ends.').waitFor();
    coordinator.tell({ type: 'runs', runs: [{ ...sample.run, status: 'finished', about: 'Done.' }] });
    await page.getByText('“Reviews” has ended. Done.').waitFor();
  });

  test('the end of a run is told in a banner and in the title', async () => {
    const about = 'All rounds are done.';
    coordinator.tell({ type: 'runs', runs: [{ ...sample.run, status: 'finished', about }] });
    await page.getByText('“Reviews” has ended. All rounds are done.').waitFor();
    await expect.poll(() => page.title()).toBe('✓ “Reviews” has ended. All rounds are done.');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => page.title()).toBe('Legend');
  });

  test('a join token is made, told once as command and link, and revoked', async () => {
    const tokens = section('Invite devices');
    await tokens.getByLabel('For whom').fill('the lab');
    await tokens.getByLabel('Number of devices').fill('');
    await tokens.getByRole('button', { name: 'Make invitation' }).click();
    const token = `lj_${'y'.repeat(32)}`;
    await tokens.getByText(`LEGEND_TOKEN=${token} npx legend-fl join ${coordinator.origin}`).waitFor();
    const link = `${coordinator.origin}/join#token=${token}`;
    expect(await tokens.textContent()).toContain(link);
    expect(await readCode(tokens.getByRole('img', { name: 'QR code of the link' }))).toBe(link);
    expect(coordinator.bodies).toEqual([{ run: 'run-1', label: 'the lab', uses: null, seconds: 604_800 }]);
    const question = agree();
    await tokens.getByRole('button', { name: 'Revoke the invitation for the lab' }).click();
    expect(await question).toContain('Devices that joined with it stay.');
    await tokens.getByText('revoked, 0 devices joined').waitFor();
  });

  test('a device is revoked once the operator agrees', async () => {
    const question = agree();
    await page.getByRole('button', { name: 'Revoke laptop-2' }).click();
    expect(await question).toContain('Revoke “laptop-2”?');
    await rows().filter({ hasText: 'laptop-2' }).waitFor({ state: 'detached' });
    await section(/Devices/)
      .getByRole('combobox', { name: /^State/ })
      .selectOption('revoked');
    await rows().filter({ hasText: 'laptop-2' }).waitFor();
  });

  test('colours are the reader’s choice, also after loading again', async () => {
    await page.getByLabel('Colours').selectOption('dark');
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await paper()).toBe('rgb(20, 23, 26)');
    await page.reload();
    await page.getByRole('heading', { name: 'Reviews' }).waitFor();
    expect(await paper()).toBe('rgb(20, 23, 26)');
  });
});

test('a coordinator that goes away is followed again once it is back, with what has changed meanwhile', async () => {
  await follow(3);
  await coordinator.goAway();
  await page.getByText('Not connected.').waitFor();
  expect(await page.getByRole('heading', { name: 'Reviews' }).count()).toBe(1);
  sample.devices.splice(0, 2);
  await coordinator.comeBack();
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  await expect.poll(() => rows().count()).toBe(1);
});

describe('with 1,200 devices', () => {
  beforeEach(() => follow(1200));
  afterEach(() => expect(complaints).toEqual([]));

  test('all can be scrolled to, of which those in sight are drawn', async () => {
    const all = section(/Devices/).getByRole('combobox', { name: /^State/ });
    await all.selectOption('all');
    await section(/Devices/)
      .getByText('1,200 devices', { exact: true })
      .waitFor();
    expect(await rows().count()).toBeLessThan(60);
    await page.evaluate(`document.querySelector('.device-scroller').scrollTo(0, 1e6)`);
    const last = page.locator('.device-scroller tr[aria-rowindex="1201"]');
    await last.waitFor();
    expect(await last.locator('th').textContent()).toContain('tablet-1199');
  });

  test('they are sorted by a column, and found by name and state', async () => {
    const devices = section(/Devices/);
    await devices.getByRole('button', { name: 'Examples' }).click();
    await devices.getByRole('button', { name: 'Examples' }).click();
    const examples = (await rows().locator('.examples').allInnerTexts()).map(Number);
    expect(examples).toEqual(examples.toSorted((one, other) => other - one));
    await devices.getByRole('combobox', { name: /^State/ }).selectOption('all');
    await devices.getByLabel('Find').fill('laptop-118');
    await devices.getByText('3 of 1,200 devices').waitFor();
    expect(await rows().locator('th').allInnerTexts()).toHaveLength(3);
  });

  test('depths are shown in numbers, and it says so', async () => {
    const depths = section('Blocks trained');
    expect(await depths.textContent()).toContain('How many of the 1,200 devices');
    await depths.getByRole('img').focus();
    await page.keyboard.press('ArrowDown');
    await depths.getByText(/^\d+ devices$/).waitFor();
  });
});

test.each([
  ['light', 3],
  ['dark', 1200],
] as const)('a phone shows everything within its width, %s, %i devices', async (colorScheme, devices) => {
  await follow(devices, { ...phone, colorScheme });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  const small = await page.evaluate(`[...document.querySelectorAll('body *')]
    .filter((element) => element.textContent !== '' && parseFloat(getComputedStyle(element).fontSize) < 11)
    .map((element) => element.outerHTML)`);
  expect(small).toEqual([]);
  await section(/Devices/)
    .getByLabel('Sort by')
    .selectOption('depth');
  expect(complaints).toEqual([]);
});
