import { expect, test } from 'vitest';
import { newEngine, sentences, trainedLora } from './small-bert.fixture.ts';
import { type LocalTask, trainLocally } from './train-locally.ts';

const task: LocalTask = {
  adapter: trainedLora([1, 1, 1]),
  depth: 1,
  trunk: 'base',
  examples: [0, 1, 2],
  steps: 3,
  batchSize: 3,
  update: { optimizer: 'sgd', weightDecay: 0, maxGradNorm: 0 },
  learningRate: { peak: 0.1, warmupSteps: 0 },
  firstStep: 0,
  seed: 1,
};

test('the next step waits for whoever is told of the last one', async () => {
  const order: string[] = [];
  const { losses } = await trainLocally(newEngine(), sentences, task, async (step, loss) => {
    order.push(`begin ${step} ${loss > 0}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    order.push(`end ${step}`);
  });
  expect(losses).toHaveLength(3);
  expect(order).toEqual(['begin 0 true', 'end 0', 'begin 1 true', 'end 1', 'begin 2 true', 'end 2']);
});

test('what they throw ends the training between two steps', async () => {
  const reason = new Error('enough');
  let told = 0;
  const training = trainLocally(newEngine(), sentences, task, async () => {
    told++;
    if (told === 2) throw reason;
  });
  await expect(training).rejects.toBe(reason);
  expect(told).toBe(2);
});

test.each([
  ['no label', { ...sentences, labels: sentences.labels.slice(0, 2) }, [0, 2]],
  ['no tokens', sentences, [99]],
])('an example that has %s is a fault, not class 0', async (_, dataset, examples) => {
  const training = trainLocally(newEngine(), dataset, { ...task, examples });
  await expect(training).rejects.toThrow(RangeError);
});
