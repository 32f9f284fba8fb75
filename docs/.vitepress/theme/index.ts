import 'katex/dist/katex.min.css';
import DefaultTheme from 'vitepress/theme';

/** VitePress's own theme, with the fonts of formulas. */
export default DefaultTheme;
