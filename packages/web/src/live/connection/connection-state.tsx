import { formatSpan } from '../../shared/format-time.ts';
import { useNow } from '../../shared/use-now.ts';
import type { Connection } from './follow-coordinator.ts';

/** Whether what the page shows is live. */
export function ConnectionState({ connection, retry }: { connection: Connection; retry: () => void }) {
  return (
    <p class={`connection connection-${connection.state}`} role="status">
      <span class="light" aria-hidden="true" />
      {connection.state === 'live' && 'Live'}
      {connection.state === 'connecting' && 'Connecting…'}
      {connection.state === 'signed-out' && 'Signed out'}
      {connection.state === 'lost' && <Lost connection={connection} retry={retry} />}
    </p>
  );
}

function Lost({
  connection: { reason, nextTryAt },
  retry,
}: {
  connection: Extract<Connection, { state: 'lost' }>;
  retry: () => void;
}) {
  const now = useNow();
  return (
    <>
      <span>
        Not connected. {reason} Next try in {formatSpan((nextTryAt - now) / 1000)}.
      </span>
      <button type="button" onClick={retry}>
        Try now
      </button>
    </>
  );
}
