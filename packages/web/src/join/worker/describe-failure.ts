import { InputError } from '@legend-fl/base';
import { ConnectionError, ProtocolError } from '@legend-fl/device';

/** Why a device cannot go on, and what to do, for the person before it. */
export function describeFailure(error: unknown): string {
  if (error instanceof ProtocolError) return `${error.message}${adviceOn(error.code)}`;
  if (error instanceof InputError || error instanceof ConnectionError) return error.message;
  if (error instanceof DOMException && error.name === 'QuotaExceededError') {
    return 'The browser has no room left for this page: free some disk space, or let other pages forget their data.';
  }
  const text = error instanceof Error ? error.message : String(error);
  return `Something went wrong that this page did not expect: ${text}`;
}

function adviceOn(code: ProtocolError['code']): string {
  switch (code) {
    case 'token-invalid':
    case 'token-revoked':
    case 'token-used':
    case 'token-expired':
    case 'token-held':
      return ' Ask whoever runs the coordinator for another link.';
    case 'device-revoked':
    case 'device-unknown':
      return ' This browser can join again with another link.';
    default:
      return '';
  }
}
