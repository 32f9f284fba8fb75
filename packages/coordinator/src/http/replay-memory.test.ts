import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReplayMemory } from './replay-memory.ts';

describe('the memory of used credentials', () => {
  test('refuses a second use for as long as a credential is good, whenever it comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ wait: fc.nat(40_000), holder: fc.nat(2), id: fc.nat(5) }), { maxLength: 60 }),
        (uses) => {
          const memory = new ReplayMemory();
          const last = new Map<string, number>();
          let now = 1_700_000_000_000;
          for (const { wait, holder, id } of uses) {
            now += wait;
            const name = `${holder}/${id}`;
            const before = last.get(name);
            const answer = memory.use(`device-${holder}`, `credential-${id}`, now);
            if (before === undefined || now - before > 180_000) expect(answer).toBe('first');
            else if (now - before < 60_000) expect(answer).toBe('again');
            if (answer === 'first') last.set(name, now);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('holds a bounded number per device, and refuses rather than forgets', () => {
    const memory = new ReplayMemory();
    const answers = Array.from({ length: 8193 }, (_, index) => memory.use('a', `c${index}`, 1000));
    expect(answers.slice(0, 8192).every((answer) => answer === 'first')).toBe(true);
    expect(answers.at(-1)).toBe('full');
    expect(memory.use('a', 'c0', 1000)).toBe('again');
    expect(memory.use('b', 'c0', 1000)).toBe('first');
    expect(memory.use('a', 'new', 1000 + 121_000)).toBe('first');
  });

  test('forgets nothing when the clock is set back', () => {
    const memory = new ReplayMemory();
    memory.use('a', 'c', 100_000);
    expect(memory.use('a', 'c', 50_000)).toBe('again');
  });
});

test('remembers so many holders and no more, the last ones', () => {
  const memory = new ReplayMemory(10);
  for (let number = 0; number < 1000; number++) {
    expect(memory.use(`key ${number}`, 'credential', number)).toBe('first');
  }
  expect(memory.size).toBe(10);
  expect(memory.use('key 999', 'credential', 1000)).toBe('again');
  expect(memory.use('key 0', 'credential', 1000)).toBe('first');
});
