export { classes, SmallRun } from './small-run.ts';
