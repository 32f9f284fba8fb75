import { expect, test } from 'vitest';
import { shortModelName } from './short-model-name.ts';

test.each([
  ['minilm-l6', 'minilm-l6'],
  ['sentence-transformers/all-MiniLM-L6-v2', 'sentence-transformers/all-MiniLM-L6-v2'],
  ['/srv/models/bert/', 'bert'],
  ['./models/bert', 'bert'],
  ['C:\\models\\bert', 'bert'],
])('%s is called %s', (model, name) => {
  expect(shortModelName(model)).toBe(name);
});
