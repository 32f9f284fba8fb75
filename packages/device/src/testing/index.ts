export { classes, SmallRun, texts } from './small-run.ts';
