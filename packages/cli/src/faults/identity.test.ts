import { expect, test } from 'vitest';
import { Deployment } from './deployment.fixture.ts';
import { RawDevice } from './raw-device.fixture.ts';

/** What who holds a join token, or none, tries on a real coordinator from one address. */

const refusalOf = (url: string, token: string): Promise<string> =>
  RawDevice.enrol(url, token).then(
    () => 'let in',
    (error: Error) => /"code":"([a-z-]+)"/.exec(error.message)?.[1] ?? error.message,
  );

async function makeToken(deployment: Deployment): Promise<string> {
  const body = JSON.stringify({ run: deployment.run, uses: null });
  const answer = await deployment.asOperator('/v1/operator/tokens', { method: 'POST', body });
  return ((await answer.json()) as { token: string }).token;
}

test('a device that was revoked does not come back with another key, and its neighbours do with a new token', async () => {
  const deployment = await Deployment.make();
  await deployment.start();
  const older = await makeToken(deployment);
  const bad = await RawDevice.enrol(deployment.url, deployment.joinToken);
  const good = await RawDevice.enrol(deployment.url, deployment.joinToken);
  await deployment.asOperator(`/v1/operator/devices/${bad.id}`, { method: 'DELETE' });
  const newer = await makeToken(deployment);
  const all = async () => [
    await refusalOf(deployment.url, deployment.joinToken),
    await refusalOf(deployment.url, older),
    await refusalOf(deployment.url, newer),
  ];
  expect(await all()).toEqual(['token-held', 'token-held', 'let in']);
  await deployment.coordinator.kill();
  await deployment.start();
  expect(await all()).toEqual(['token-held', 'token-held', 'let in']);
  expect((await good.send({ path: '/v1/runs/demo' })).status).toBe(200);
  expect((await bad.send({ path: '/v1/runs/demo' })).problem?.code).toBe('device-revoked');
  await deployment.coordinator.interrupt();
});

test('a flood of identities and of bad tokens keeps neither the operator nor the devices out', async () => {
  const deployment = await Deployment.make({}, { args: ['--join-uses', 'any'] });
  await deployment.start();
  const device = await RawDevice.enrol(deployment.url, deployment.joinToken);
  const guesses = await Promise.all(
    Array.from({ length: 120 }, (_, number) => refusalOf(deployment.url, `lj_guess-${number}`)),
  );
  expect(new Set(guesses)).toEqual(new Set(['token-invalid', 'too-many-requests']));
  const flood = await Promise.all(
    Array.from({ length: 312 }, () => refusalOf(deployment.url, deployment.joinToken)),
  );
  expect(new Set(flood)).toEqual(new Set(['let in', 'too-many-requests']));
  // Windows of a minute: on a machine that is held up a flood may last into a second one.
  expect(flood.filter((answer) => answer === 'let in').length).toBeLessThan(2 * 60);
  const signIn = await fetch(`${deployment.url}/v1/operator/sessions`, {
    method: 'POST',
    body: JSON.stringify({ token: 'lo_wrong' }),
  });
  expect(signIn.status).toBe(403);
  expect((await deployment.asOperator('/v1/operator/runs')).status).toBe(200);
  expect((await device.send({ path: '/v1/runs/demo' })).status).toBe(200);
  await deployment.coordinator.interrupt();
});
