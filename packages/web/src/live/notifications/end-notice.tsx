import type { RunView } from '@legend-fl/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { describeEnded, listEnded } from './ended-runs.ts';

/**
 * Tells when a run has ended: in a banner and in the tab's title, and by a notification of the system where the operator
 * has asked for it and the browser lets it.
 */
export function EndNotice({ runs }: { runs: ReadonlyMap<string, RunView> }) {
  const [ended, setEnded] = useState<readonly string[]>([]);
  const before = useRef(runs);
  useEffect(() => {
    const texts = listEnded(before.current, runs).map(describeEnded);
    before.current = runs;
    if (texts.length === 0) return;
    setEnded((earlier) => [...earlier, ...texts]);
    for (const text of texts) notify(text);
  }, [runs]);
  useEffect(() => {
    const title = document.title;
    if (ended.length === 0) return;
    document.title = `✓ ${ended.at(-1)}`;
    return () => {
      document.title = title;
    };
  }, [ended]);
  return (
    <div role="status" class={ended.length > 0 ? 'end-notice' : 'unseen'}>
      {ended.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {ended.length > 0 && (
        <button type="button" class="plain" onClick={() => setEnded([])}>
          Dismiss
        </button>
      )}
    </div>
  );
}

/** Some browsers have notifications and let no page make them (Chrome on Android): the banner has to do there. */
function notify(text: string): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    new Notification('Legend', { body: text });
  } catch (error) {
    console.warn('This browser shows no notifications of pages.', error);
  }
}

/** Asks the browser, on a click, whether the page may notify; gone once that is settled. */
export function NotifyButton() {
  const [permission, setPermission] = useState(
    'Notification' in window ? Notification.permission : 'unsupported',
  );
  if (permission === 'granted') return <span class="note">You will be notified when a run ends.</span>;
  if (permission === 'denied') {
    return (
      <span class="note">
        Your browser blocks notifications of this page; a banner tells when a run ends.
      </span>
    );
  }
  if (permission === 'unsupported') return null;
  return (
    <button
      type="button"
      class="plain"
      onClick={async () => setPermission(await Notification.requestPermission())}
    >
      Notify me when a run ends
    </button>
  );
}
