import { expect, test } from 'vitest';
import { tellApart } from './tell-apart.ts';

test('a name of its own stands alone, a shared one with as much of the id as tells it apart', () => {
  expect(
    tellApart([
      { id: 'dev_5f0c11', name: 'vm' },
      { id: 'dev_5f0c12', name: 'vm' },
      { id: 'dev_abcd99', name: 'desk' },
      { id: 'dev_77aa00', name: 'vm' },
    ]),
  ).toEqual(['vm (5f0c11)', 'vm (5f0c12)', 'desk', 'vm (77aa)']);
});
