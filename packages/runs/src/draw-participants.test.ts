import { expect, test } from 'vitest';
import { drawParticipants } from './draw-participants.ts';

const devices = Array.from({ length: 10 }, (_, place) => ({ id: `device-${place}`, place }));
const draw = (count: number, round: number) =>
  drawParticipants(devices, { count, seed: 1, round }).map(({ place }) => place);

test('all take part where the round calls for as many or more', () => {
  expect(draw(10, 1)).toEqual([...devices.keys()]);
  expect(draw(20, 1)).toEqual([...devices.keys()]);
});

test('else as many as the round calls for, in their order, others in each round, the same with the same seed', () => {
  const rounds = [1, 2, 3, 4, 5].map((round) => draw(4, round));
  for (const drawn of rounds) expect(drawn).toEqual([...drawn].sort((one, other) => one - other));
  expect(rounds.map((drawn) => drawn.length)).toEqual([4, 4, 4, 4, 4]);
  expect(new Set(rounds.map(String)).size).toBeGreaterThan(1);
  expect(draw(4, 3)).toEqual(rounds[2]);
  expect(new Set(rounds.flat()).size).toBeGreaterThan(6);
});

test('devices that the round does not wait for get the places that are left', () => {
  const mixed = devices.map((device) => (device.place < 7 ? { ...device, awaited: false } : device));
  const drawn = drawParticipants(mixed, { count: 4, seed: 1, round: 1 }).map(({ place }) => place);
  expect(drawn).toHaveLength(4);
  expect(drawn.slice(1)).toEqual([7, 8, 9]);
});
