import { afterAll, beforeAll } from 'vitest';
import { describeStoreContract } from './store.contract.ts';
import { type PostgresCluster, startPostgres } from './testing/postgres-cluster.ts';

let cluster: PostgresCluster;
beforeAll(async () => {
  cluster = await startPostgres();
});
afterAll(() => cluster.remove());

describeStoreContract('PostgreSQL', () => cluster.createDatabase());
