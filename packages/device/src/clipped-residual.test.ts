import {
  type Adapter,
  decodeUpdate,
  encodeUpdate,
  mapTensors,
  namedTensors,
  type Residual,
  type Tensor,
} from '@legend-fl/adapter';
import { seededRandom } from '@legend-fl/base';
import { describe, expect, test } from 'vitest';
import { globalAdapter } from './testing/small-run.ts';

/**
 * A device whose every update is clipped to a tenth, over many rounds, with the codec that it uses. x is what it trains in
 * a round, e what it owes, m = Q(x + e) its message, s·m what counts.
 */

const ROUNDS = 50;
const start = mapTensors(globalAdapter, (_, { dims, data }) => ({
  dims,
  data: new Float32Array(data.length),
}));

/** Training that wants the same in every round, and some noise. */
function trainedIn(round: number): Adapter {
  return mapTensors(start, (name, { dims, data }) => {
    const [wish, noise] = [seededRandom(1, name), seededRandom(2, name, round)];
    return { dims, data: data.map(() => wish() - 0.5 + 0.1 * (noise() - 0.5)) };
  });
}

const valuesOf = (tensors: ReadonlyMap<string, Tensor>): number[] =>
  [...tensors.values()].flatMap(({ data }) => [...data]);
const normOf = (values: readonly number[]) => Math.hypot(...values);
const greatest = (values: readonly number[]) => Math.max(...values.map(Math.abs));

/** Sends one round's update. @returns the message's values, what they are clipped to, and the residual of the codec */
function send(round: number, owed: Residual) {
  const trained = trainedIn(round);
  const wanted = namedTensors(trained);
  const { bytes, residual } = encodeUpdate(start, trained, { codec: 'int8', residual: owed });
  const message = namedTensors(decodeUpdate(start, bytes, 'test'));
  const limit = normOf(valuesOf(wanted)) / 10;
  const scale = Math.min(1, limit / normOf(valuesOf(message)));
  return { wanted, message, residual, scale };
}

describe('a device that is clipped in every round', () => {
  test('owes no more than the rounding of one message, and no value is lost or sent twice', () => {
    let owed: Residual = new Map();
    const trained: number[] = [];
    const sent: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const before = greatest([0, ...valuesOf(owed)]);
      const { wanted, message, residual, scale } = send(round, owed);
      expect(scale).toBeCloseTo(0.1, 2);
      // A step of int8 is a 127th of the greatest value of its chunk; rounding leaves half of one at most.
      const bound = (greatest(valuesOf(wanted)) + before) / 254;
      expect(greatest(valuesOf(residual))).toBeLessThanOrEqual(bound * (1 + 1e-5));
      for (const [place, value] of valuesOf(wanted).entries()) trained[place] = (trained[place] ?? 0) + value;
      for (const [place, value] of valuesOf(message).entries()) sent[place] = (sent[place] ?? 0) + value;
      owed = residual;
    }
    // Σ m + e = Σ x: what counts, s·Σ m, is s times all that was trained, less what one message's rounding holds.
    const last = valuesOf(owed);
    for (const [place, value] of trained.entries()) {
      expect((sent[place] ?? Number.NaN) + (last[place] ?? Number.NaN)).toBeCloseTo(value, 4);
    }
  });

  test('would owe more with each round, if what was clipped were owed too', () => {
    let owed: Residual = new Map();
    const norms = [0];
    let scaleAtLast = 1;
    for (let round = 1; round <= ROUNDS; round++) {
      const { message, residual, scale } = send(round, owed);
      owed = new Map(
        [...residual].map(([name, { dims, data }]) => {
          const clipped = message.get(name)?.data ?? new Float32Array();
          return [
            name,
            { dims, data: data.map((value, index) => value + (1 - scale) * (clipped[index] ?? 0)) },
          ];
        }),
      );
      norms.push(normOf(valuesOf(owed)));
      scaleAtLast = scale;
    }
    const ofOneRound = normOf(valuesOf(namedTensors(trainedIn(1))));
    for (const [round, norm] of norms.entries()) {
      if (round > 0) expect(norm).toBeGreaterThan((norms[round - 1] ?? 0) + ofOneRound / 2);
    }
    expect(scaleAtLast).toBeLessThan(0.003);
  });
});
