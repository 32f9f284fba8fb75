/** The person pressed Ctrl-C, or the process was asked to end. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
}

/**
 * A signal that aborts at the first SIGINT or SIGTERM; a second one ends the process at once.
 * @param message what the person is told
 */
export function onInterrupt(message: string): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Interruption(message));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const dispose = (): void => {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  };
  return { signal: controller.signal, dispose };
}
