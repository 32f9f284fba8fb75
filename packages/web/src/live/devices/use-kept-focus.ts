import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/**
 * Keeps the keyboard's place in a table of `count` devices whose rows move and go, e.g. when an action takes a row out
 * of the filter. The focus goes back to its control; else to the row that is in its place now, from which Tab goes on
 * to the row's controls; else to the scroller. It never goes to another row's control, where a key that is still held
 * down would act on the wrong device.
 */
export function useKeptFocus(scroller: RefObject<HTMLElement | null>, count: number): void {
  // Before this render moves anything.
  const focused = document.activeElement;
  const row = focused?.closest('.device-scroller tbody tr');
  const position = row == null ? undefined : Number(row.getAttribute('aria-rowindex'));
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current === null || position === undefined || !(focused instanceof HTMLElement)) return;
    if (document.activeElement !== document.body) return;
    const place = Math.min(position, count + 1);
    const successor = current.querySelector<HTMLElement>(`tbody tr[aria-rowindex="${place}"]`);
    // A row that only moved has its control still: browsers without moveBefore() take its focus away nevertheless.
    const target = current.contains(focused) ? focused : (successor ?? current);
    target.focus({ preventScroll: true });
  });
}
