export { type PostgresCluster, startPostgres } from '../node/store/testing/postgres-cluster.ts';
export { classes, SmallRun, texts } from './small-run.ts';
