import type { Session } from '../sql/session.ts';
export async function openPostgres(_: { url: string; name: string }): Promise<Session> {
  throw new Error('not yet');
}
