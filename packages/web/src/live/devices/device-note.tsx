import type { DeviceView } from '@legend-fl/protocol';
import type { TargetedToggleEvent } from 'preact';

/**
 * Why a device is left out, not waited for or refused, shortened to what fits into its row. A click, a touch or Enter
 * shows the whole text beside it.
 */
export function DeviceNote({ device }: { device: DeviceView }) {
  const popover = `note-of-${device.id}`;
  return (
    <>
      <button type="button" class="device-note" popovertarget={popover}>
        <span>{device.note}</span>
      </button>
      <div id={popover} class="whole-note" popover="auto" onBeforeToggle={follow}>
        <strong>{device.name}</strong>
        <p>{device.note}</p>
      </div>
    </>
  );
}

/** Keeps the text beside its button while it is shown. */
function follow({ currentTarget: whole, newState }: TargetedToggleEvent<HTMLElement>): void {
  const button = whole.previousElementSibling;
  if (newState !== 'open' || button === null) return;
  place(whole, button.getBoundingClientRect());
  const hidden = new AbortController();
  whole.addEventListener('beforetoggle', () => hidden.abort(), { once: true });
  const move = () => {
    // Its row may have gone, which hides the text without an event.
    if (whole.isConnected) place(whole, button.getBoundingClientRect());
    else hidden.abort();
  };
  addEventListener('scroll', move, { capture: true, passive: true, signal: hidden.signal });
}

/** Above or below, where there is more room. */
function place({ style }: HTMLElement, button: DOMRect): void {
  const below = button.bottom + button.top < innerHeight;
  style.setProperty('--left', `${button.left}px`);
  style.top = below ? `${button.bottom + 4}px` : 'auto';
  style.bottom = below ? 'auto' : `${innerHeight - button.top + 4}px`;
}
