import { writeFileAtomically } from '@legend-fl/base/node';
import {
  comparisonRows,
  formatComparisonTable,
  readRuns,
  renderReport,
  retargetRun,
  writeResults,
} from '@legend-fl/report';
import { Command } from 'commander';
import { share, sharedOptions } from '../options.ts';

interface ReportOptions {
  readonly baseline?: string;
  readonly targetAccuracy?: number;
  readonly out?: string;
  readonly results?: string;
  readonly json?: boolean;
}

export function reportCommand(): Command {
  return new Command('report')
    .description('compare finished runs; runs that differ only in the seed count as one experiment')
    .argument('<dir...>', 'run folders, or folders that hold run folders such as seed-1, seed-2')
    .option(
      '--baseline <name>',
      'strategy to compare speed-up and saving with (default: fedlora, else the last)',
    )
    .option('--target-accuracy <x>', "read time and traffic at this target instead of the runs' own", share)
    .option('--out <file>', 'also write the comparison as one HTML file')
    .option('--results <dir>', 'also write results.json, table.md and charts of one experiment')
    .addOption(sharedOptions.json())
    .action(report);
}

async function report(
  folders: readonly string[],
  { baseline, targetAccuracy, out, results, json }: ReportOptions,
): Promise<void> {
  const read = await readRuns(folders);
  const runs = targetAccuracy === undefined ? read : read.map((run) => retargetRun(run, targetAccuracy));
  const rows = comparisonRows(runs, { baseline });
  if (results !== undefined) await writeResults(results, runs, { baseline });
  if (out !== undefined) await writeFileAtomically(out, renderReport(runs));
  console.log(json ? JSON.stringify(rows, null, 2) : formatComparisonTable(rows));
}
