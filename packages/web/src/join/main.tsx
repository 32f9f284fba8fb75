import { render } from 'preact';
import { z } from 'zod';
import { takeFragment } from '../shared/take-fragment.ts';
import { restoreTheme } from '../shared/theme-chooser.tsx';
import { JoinPage } from './join-page.tsx';

// The page's policy forbids to make code of text, which zod would do to be faster.
z.config({ jitless: true });
restoreTheme();
const root = document.querySelector<HTMLElement>('#page');
if (root !== null) {
  const { worker = '', runtime = '' } = root.dataset;
  const runtimeUrl = new URL(runtime, location.href).href;
  render(<JoinPage token={takeFragment('token')} workerUrl={worker} runtimeUrl={runtimeUrl} />, root);
}
