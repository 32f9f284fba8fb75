import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutShort } from './cut-short.ts';

const effort = {
  time: { downloadSeconds: 1, forwardSeconds: 4, backwardSeconds: 2, uploadSeconds: 3, seconds: 10 },
  bytesDown: 1000,
  bytesUp: 500,
};

test.each([
  ['at once', 0, { bytesDown: 0, bytesUp: 0 }, [0, 0, 0, 0]],
  ['while downloading', 0.05, { bytesDown: 500, bytesUp: 0 }, [0.5, 0, 0, 0]],
  ['while computing', 0.4, { bytesDown: 1000, bytesUp: 0 }, [1, 2, 1, 0]],
  ['while uploading', 0.85, { bytesDown: 1000, bytesUp: 250 }, [1, 4, 2, 1.5]],
  ['at the end', 1, { bytesDown: 1000, bytesUp: 500 }, [1, 4, 2, 3]],
])('a device that vanishes %s has done the phases until then', (_, share, bytes, phases) => {
  const { time, ...moved } = cutShort(effort, share);
  expect(moved).toEqual(bytes);
  const { downloadSeconds, forwardSeconds, backwardSeconds, uploadSeconds } = time;
  for (const [index, seconds] of [
    downloadSeconds,
    forwardSeconds,
    backwardSeconds,
    uploadSeconds,
  ].entries()) {
    expect(seconds).toBeCloseTo(phases[index] ?? Number.NaN, 12);
  }
});

test('its phases sum to its time, which is its share of the whole', () => {
  const phase = fc.double({ min: 0, max: 1e4, noNaN: true });
  fc.assert(
    fc.property(
      fc.tuple(phase, phase, phase, phase),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (phases, share) => {
        const [downloadSeconds, forwardSeconds, backwardSeconds, uploadSeconds] = phases;
        const seconds = downloadSeconds + forwardSeconds + backwardSeconds + uploadSeconds;
        const whole = { downloadSeconds, forwardSeconds, backwardSeconds, uploadSeconds, seconds };
        const { time } = cutShort({ time: whole, bytesUp: 1, bytesDown: 1 }, share);
        const sum = time.downloadSeconds + time.forwardSeconds + time.backwardSeconds + time.uploadSeconds;
        expect(sum).toBeCloseTo(share * seconds, 6);
        expect(time.seconds).toBe(share * seconds);
      },
    ),
  );
});
