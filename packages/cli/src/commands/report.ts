import { writeFileAtomically } from '@legend/base/node';
import { comparisonRows, formatComparisonTable, readRun, renderReport } from '@legend/simulator';
import { Command } from 'commander';
import { sharedOptions } from '../options.ts';

interface ReportOptions {
  readonly out?: string;
  readonly json?: boolean;
}

export function reportCommand(): Command {
  return new Command('report')
    .description('compare finished runs')
    .argument('<dir...>', 'run folders')
    .option('--out <file>', 'also write the comparison as one HTML file')
    .addOption(sharedOptions.json())
    .action(report);
}

async function report(folders: readonly string[], { out, json }: ReportOptions): Promise<void> {
  const runs = await Promise.all(folders.map(readRun));
  const rows = comparisonRows(runs);
  if (out !== undefined) await writeFileAtomically(out, renderReport(runs));
  console.log(json ? JSON.stringify(rows, null, 2) : formatComparisonTable(rows));
}
