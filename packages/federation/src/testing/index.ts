export { classes, SmallRun, texts } from '../device/small-run.fixture.ts';
