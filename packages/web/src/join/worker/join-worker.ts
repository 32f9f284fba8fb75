import { ManualGate } from '@legend-fl/device';
import { z } from 'zod';
import { describeFailure } from './describe-failure.ts';
import type { Order, Told } from './messages.ts';
import { takePart } from './take-part.ts';

// The policy of the page forbids to make code of text, which zod would do to be faster.
z.config({ jitless: true });

/** What is used of a worker's global scope, of which the types of a page know nothing. */
const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: Order }) => void;
  postMessage(told: Told): void;
};

const gate = new ManualGate();
const leaving = new AbortController();
const tell = (told: Told) => scope.postMessage(told);

scope.onmessage = ({ data: order }) => {
  switch (order.type) {
    case 'join':
      void join(order);
      break;
    case 'pause':
      gate.set('paused by you');
      break;
    case 'resume':
      gate.set(null);
      break;
    case 'leave':
      leaving.abort(new DOMException('The device leaves.', 'AbortError'));
      break;
  }
};

async function join(order: Extract<Order, { type: 'join' }>): Promise<void> {
  const progress = { enrolled: order.token === undefined };
  try {
    const outcome = await takePart(order, { gate, signal: leaving.signal, tell, progress });
    tell({ type: 'ended', outcome });
  } catch (error) {
    if (leaving.signal.aborted) tell({ type: 'left' });
    else tell({ type: 'failed', message: describeFailure(error), enrolled: progress.enrolled });
  }
}
