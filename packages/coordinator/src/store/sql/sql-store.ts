import type { Store } from '../store.ts';
import { sqlDeviceStore } from './device-store.ts';
import { sqlRunStore } from './run-store.ts';
import { sqlSecretStore } from './secret-store.ts';
import type { Session } from './session.ts';
import { sqlTokenStore } from './token-store.ts';
import { WriteQueue } from './write-queue.ts';

/** A store in whatever database the session is of. */
export function sqlStore(session: Session): Store {
  const writes = new WriteQueue(session);
  return {
    runs: sqlRunStore(session, writes),
    devices: sqlDeviceStore(session, writes),
    tokens: sqlTokenStore(session, writes),
    secrets: sqlSecretStore(session, writes),
    check: () => session.check(),
    async close() {
      await writes.close();
      await session.close();
    },
  };
}
