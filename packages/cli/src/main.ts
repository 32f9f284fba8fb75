#!/usr/bin/env node
import { unsupportedNode } from './check-node.ts';

const complaint = unsupportedNode(process.versions.node);
if (complaint === undefined) {
  // Loaded only now: an older Node may not even be able to read it.
  const { runCli } = await import('./run-cli.ts');
  process.exitCode = await runCli(process.argv.slice(2));
} else {
  console.error(complaint);
  process.exitCode = 2;
}
