import { expect, test } from 'vitest';
import { IdleWatch, type ProcessorTimes } from './idle-watch.ts';

/** A machine of four cores on which time passes as it is told. */
function machine() {
  let times: ProcessorTimes = { busy: 0, idle: 0, own: 0, cores: 4 };
  return {
    read: () => times,
    /** @param own and @param others cores in use, for so many seconds */
    pass: (seconds: number, own: number, others: number) => {
      const ms = 1000 * seconds;
      times = {
        busy: times.busy + (own + others) * ms,
        idle: times.idle + (4 - own - others) * ms,
        own: times.own + own * ms,
        cores: 4,
      };
    },
  };
}

const never = async (): Promise<void> => {
  throw new Error('nothing to wait for');
};

test('own work is no reason to rest', () => {
  const { read, pass } = machine();
  const watch = new IdleWatch({ read, sleep: never });
  pass(10, 3.5, 0.4);
  expect(watch.reason()).toBeNull();
});

test('others’ work is, until it has been calm for a while', () => {
  const { read, pass } = machine();
  const watch = new IdleWatch({ read, sleep: never });
  pass(2, 2, 2);
  expect(watch.reason()).toBe('other programs use 2.0 processor cores');
  for (const others of [0.8, 0.1, 0.1]) {
    pass(2, 0, others);
    expect(watch.reason()).not.toBeNull();
  }
  pass(2, 0, 0.1);
  expect(watch.reason()).toBeNull();
});

test('a moment tells nothing', () => {
  const { read, pass } = machine();
  const watch = new IdleWatch({ read, sleep: never });
  pass(0.1, 0, 4);
  expect(watch.reason()).toBeNull();
});

test('whoever waits is let go when the machine is idle', async () => {
  const { read, pass } = machine();
  let sleeps = 0;
  const watch = new IdleWatch({
    read,
    sleep: async (ms) => {
      sleeps++;
      pass(ms / 1000, 0, sleeps < 3 ? 3 : 0);
    },
  });
  pass(2, 0, 3);
  await watch.opened(new AbortController().signal);
  expect(sleeps).toBe(5);
});

test('whoever stops waiting leaves', async () => {
  const { read, pass } = machine();
  const watch = new IdleWatch({ read, sleep: never });
  pass(2, 0, 3);
  await expect(watch.opened(new AbortController().signal)).rejects.toThrow('nothing to wait for');
});

test('this machine tells its processor times', () => {
  const watch = new IdleWatch({ sleep: never });
  expect(watch.reason()).toBeNull();
});
