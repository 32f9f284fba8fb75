import { expect, test } from 'vitest';
import { builtInCatalogue } from './catalogue.ts';

test.each(Object.entries(builtInCatalogue))('%s is well formed', (name, entry) => {
  expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  for (const pin of Object.values(entry.files ?? {})) expect(pin).toMatch(/^[0-9a-f]{64}$/);
  for (const origin of entry.origins) {
    if (origin.kind === 'hub') expect(origin.repo).toMatch(/^[\w-]+\/[\w.-]+$/);
    else expect(origin.sha256).toMatch(/^[0-9a-f]{64}$/);
  }
  if (entry.kind === 'data') {
    for (const file of Object.keys(entry.keys ?? {})) expect(Object.keys(entry.files ?? {})).toContain(file);
  }
});
