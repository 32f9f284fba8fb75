import { problemStatus } from '@legend-fl/protocol';
import { type InputFault, listInputFaults } from './input-errors.ts';
import { code, escapeText, table } from './markdown.ts';
import { problemCauses } from './problem-causes.ts';

/** The reference of error codes: what coordinators refuse, and what is wrong with files and options. */
export function errorsPage(): string {
  return [
    '# Error codes',
    'Every error ends with its code in parentheses. A message says what was expected, what was found, where, and ' +
      'what to do about it; the tables below add the cause.',
    '| exit code | |\n| --- | --- |\n| 0 | done |\n| 1 | the machine, the network or the coordinator failed, or there is a bug |\n' +
      '| 2 | bad usage or bad input: fix it and run the command again |\n| 130 | interrupted |',
    '## Refusals of a coordinator',
    'The code stands in the body of the answer and at the end of what `legend join` prints. Devices retry on their ' +
      'own what can be retried.',
    table(
      ['code', 'status', 'cause', 'what to do'],
      Object.entries(problemStatus).map(([name, status]) => {
        const { cause, cure } = problemCauses[name as keyof typeof problemCauses];
        return [code(name), String(status), escapeText(cause), escapeText(cure)];
      }),
    ),
    '## The connection and the disk',
    table(
      ['code', 'cause', 'what to do'],
      Object.entries(machineCauses).map(([name, { cause, cure }]) => [code(name), cause, cure]),
    ),
    '## Bad input',
    'From the source of each package: `…` stands for what depends on the case, a dash for text that is put together ' +
      'when the error occurs. Where a code has several lines, the message tells which one it is.',
    ...packagesOf(listInputFaults()).map(([name, faults]) => `### ${name}\n\n${faultTable(faults)}`),
  ].join('\n\n');
}

function packagesOf(faults: readonly InputFault[]): readonly [string, readonly InputFault[]][] {
  return Object.entries(Object.groupBy(faults, ({ packageName }) => packageName)).map(([name, each]) => [
    name,
    each ?? [],
  ]);
}

function faultTable(faults: readonly InputFault[]): string {
  const rows = faults
    .toSorted((a, b) => a.code.localeCompare(b.code, 'en'))
    .map((fault) => [code(fault.code), ...wordsOf(fault)]);
  const unique = new Map(rows.map((row) => [row.join('|'), row]));
  return table(['code', 'expected', 'what to do'], [...unique.values()]);
}

function wordsOf({ expected, todo, isChecked }: InputFault): readonly [string, string] {
  if (isChecked) return ['a value that fits its schema', 'The message names the key and what it takes.'];
  return [expected === undefined ? '–' : escapeText(expected), todo === undefined ? '–' : escapeText(todo)];
}

/** Of `ConnectionError` and `WriteError`. */
const machineCauses = {
  unreachable: {
    cause: 'No coordinator answers at this address, or the answer broke off.',
    cure: 'Check the address and the network. A device that is already in keeps trying on its own.',
  },
  'foreign-answer': {
    cause: 'Something else answers: a proxy, a login page, another program on that port.',
    cure: 'Open the address in a browser to see what it is.',
  },
  'blob-damaged': {
    cause: 'A download had another hash than its name, again and again.',
    cure: 'Suspect a proxy that changes bodies, or a disk.',
  },
  'write-failed': {
    cause: 'A file cannot be written: no permission, or no such folder.',
    cure: 'The message names the path and what the system said.',
  },
  'disk-full': {
    cause: 'The disk is full.',
    cure: 'Make room and run the command again; finished files are intact.',
  },
};
