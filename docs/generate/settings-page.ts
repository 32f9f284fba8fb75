import { join } from 'node:path';
import { z } from 'zod';
import { runSettingsSchema } from '../../packages/coordinator/src/settings/run-settings.ts';
import { boundsSchema } from '../../packages/runs/src/settings/bound-settings.ts';
import { localSchema } from '../../packages/runs/src/settings/local-settings.ts';
import { trunkCacheSchema } from '../../packages/runs/src/settings/trunk-settings.ts';
import { attackSchema } from '../../packages/simulator/src/experiment/attack.ts';
import { experimentSchema } from '../../packages/simulator/src/experiment/experiment.ts';
import { devicesFleetSchema, kindsFleetSchema } from '../../packages/simulator/src/fleet/fleet.ts';
import { describeType, type JsonSchema } from './describe-type.ts';
import { readKeyComments } from './key-comments.ts';
import { root } from './list-packages.ts';
import { code, escapeText, table } from './markdown.ts';

/** A schema under the words that introduce it. */
interface Section {
  readonly title: string;
  readonly about: string;
  readonly schema: z.ZodType;
}

const experiment: Section = {
  title: 'Experiment files',
  about:
    'What `legend simulate FILE` reads (YAML or JSON). Options on the command line win over the file. A strategy may be ' +
    'listed as a variant, `{ name, strategy, … }`, which sets keys for itself: those of the method, `partition`, ' +
    '`bounds`, `attack` and most of `local`.',
  schema: experimentSchema,
};

const run: Section = {
  title: 'Run files',
  about:
    'What `legend serve FILE` reads. Keys of the method, of `local` and of `bounds` are those of experiments.',
  schema: runSettingsSchema,
};

const inner: readonly Section[] = [
  { title: 'local', about: 'How devices train between two aggregations.', schema: localSchema },
  { title: 'bounds', about: 'How far a single update may move the global adapter.', schema: boundsSchema },
  { title: 'trunkCache', about: 'Activations of the trunk that a device keeps.', schema: trunkCacheSchema },
  { title: 'attack', about: 'Simulated devices that lie; experiments only.', schema: attackSchema },
];

const fleets: readonly Section[] = [
  { title: 'Fleet files of devices', about: 'Each device by itself.', schema: devicesFleetSchema },
  {
    title: 'Fleet files of kinds',
    about:
      'Kinds of devices with power modes and links. `extends: jetson-80` changes keys of the built-in fleet.',
    schema: kindsFleetSchema,
  },
];

/** Files whose comments describe keys; where two say something of one key, the later wins for its own schema. */
const commentFiles = {
  shared: ['bound-settings', 'codec-settings', 'local-settings', 'method-settings', 'trunk-settings'].map(
    (name) => join(root, 'packages/runs/src/settings', `${name}.ts`),
  ),
  experiment: join(root, 'packages/simulator/src/experiment/experiment.ts'),
  attack: join(root, 'packages/simulator/src/experiment/attack.ts'),
  fleet: join(root, 'packages/simulator/src/fleet/fleet.ts'),
  run: join(root, 'packages/coordinator/src/settings/run-settings.ts'),
};

/** The reference of all settings, from the schemas that check them and the comments beside their keys. */
export function settingsPage(): string {
  const { shared, experiment: ofExperiment, attack, fleet, run: ofRun } = commentFiles;
  return [
    '# Settings',
    'Every key with its type and default, from the schemas that files are checked with. A key that does not exist is ' +
      'refused, with the nearest one that does. What strategies make of their keys: [Strategies](./strategies.md).',
    section(experiment, 2, readKeyComments([...shared, ofExperiment])),
    section(run, 2, readKeyComments([...shared, ofRun])),
    '## Groups of keys',
    ...inner.map((each) => section(each, 3, readKeyComments([...shared, attack]))),
    '## Fleets',
    ...fleets.map((each) => section(each, 3, readKeyComments([fleet]))),
  ].join('\n\n');
}

function section(
  { title, about, schema }: Section,
  level: number,
  comments: ReadonlyMap<string, string>,
): string {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const rows = listRows(whole, '', comments);
  return [`${'#'.repeat(level)} ${title}`, about, table(['key', 'type', 'default', ''], rows)].join('\n\n');
}

const groups = new Set(inner.map(({ title }) => title));

/** A row per key; the keys of an object that has no section of its own follow it. */
function listRows(
  { properties = {}, required = [] }: JsonSchema,
  prefix: string,
  comments: ReadonlyMap<string, string>,
): readonly string[][] {
  return Object.entries(properties).flatMap(([key, value]) => {
    const isGroup = groups.has(key);
    const type = isGroup
      ? `[see below](#${key.toLowerCase()})${isNullable(value) ? ' or `null`' : ''}`
      : describeType(value);
    const row = [
      code(prefix + key),
      type,
      defaultOf(value, required.includes(key)),
      escapeText(comments.get(key) ?? ''),
    ];
    return [
      row,
      ...(isGroup || value.type !== 'object' ? [] : listRows(value, `${prefix}${key}.`, comments)),
    ];
  });
}

function defaultOf(schema: JsonSchema, isRequired: boolean): string {
  if (schema.default === undefined) return isRequired ? 'required' : '';
  // What an empty object stands for is said by its own keys.
  if (JSON.stringify(schema.default) === '{}') return '';
  return code(typeof schema.default === 'string' ? schema.default : JSON.stringify(schema.default));
}

function isNullable({ anyOf = [] }: JsonSchema): boolean {
  return anyOf.some(({ type }) => type === 'null');
}
