import { useEffect, useState } from 'preact/hooks';
import { serverNow } from './server-clock.ts';

/** The time by the coordinator's clock in milliseconds since 1970, anew every second. */
export function useNow(): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
