import { readFileSync } from 'node:fs';
import { houseStyle } from '@legend-fl/look/node';

/** The report's style sheet. */
export const pageStyle = `${houseStyle}
${readFileSync(new URL('./page.css', import.meta.url), 'utf8')}`;
