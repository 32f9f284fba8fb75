import { render } from 'preact';
import { z } from 'zod';
import { takeFragment } from '../shared/take-fragment.ts';
import { restoreTheme } from '../shared/theme-chooser.tsx';
import { App } from './app.tsx';

// The page's policy forbids to make code of text, which zod would do to be faster.
z.config({ jitless: true });
restoreTheme();
const root = document.querySelector('#page');
if (root !== null) render(<App token={takeFragment('operator')} />, root);
