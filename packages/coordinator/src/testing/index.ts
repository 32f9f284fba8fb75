export { type PostgresCluster, startPostgres } from '../store/testing/postgres-cluster.ts';
