import { formatSpan } from '../../shared/format-time.ts';
import { useNow } from '../../shared/use-now.ts';
import type { Connection } from './follow-coordinator.ts';

/** Whether what the page shows is live. */
export function ConnectionState({ connection, retry }: { connection: Connection; retry: () => void }) {
  return (
    <div class={`connection connection-${connection.state}`}>
      <span class="light" aria-hidden="true" />
      <span role="status">{describe(connection)}</span>
      {connection.state === 'lost' && <NextTry at={connection.nextTryAt} retry={retry} />}
    </div>
  );
}

function describe(connection: Connection): string {
  switch (connection.state) {
    case 'live':
      return 'Live';
    case 'connecting':
      return 'Connecting…';
    case 'signed-out':
      return 'Signed out';
    case 'lost':
      return `Not connected. ${connection.reason}`;
  }
}

/** Not read out: it changes every second. */
function NextTry({ at, retry }: { at: number; retry: () => void }) {
  const now = useNow();
  return (
    <>
      <span>Next try in {formatSpan((at - now) / 1000)}.</span>
      <button type="button" onClick={retry}>
        Try now
      </button>
    </>
  );
}
