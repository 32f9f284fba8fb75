import type { Order, Told } from './worker/messages.ts';

/** The worker that is the device. */
export interface DeviceWorker {
  tell(order: Order): void;
  /** Ends it at once; what it keeps stays. */
  end(): void;
}

/** @param failed told when the worker itself cannot be started, or breaks down */
export function startDeviceWorker(
  url: string,
  listener: { told(told: Told): void; failed(message: string): void },
): DeviceWorker {
  const worker = new Worker(url, { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<Told>) => listener.told(data));
  worker.addEventListener('error', (event) => {
    listener.failed(
      `The part of this page that trains has broken down: ${event.message || 'no reason given'}. Reload it.`,
    );
  });
  return { tell: (order) => worker.postMessage(order), end: () => worker.terminate() };
}
