/** The user pressed Ctrl-C, or the process was asked to end. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
}

/**
 * A signal that aborts at the first SIGINT or SIGTERM; a second one ends the process at once.
 * @param message printed for the user
 */
export function onInterrupt(message: string): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const controller = new AbortController();
  const dispose = (): void => {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  };
  const interrupt = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      controller.abort(new Interruption(message));
      return;
    }
    // The default action ends the process. process.exit would crash on workers that are inside ONNX Runtime.
    dispose();
    process.kill(process.pid, name);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return { signal: controller.signal, dispose };
}
