import { onHover, showTip } from './tip.js';

/** Hover values of marks that carry theirs in `data-tip`. */
export function tipMarks(root) {
  for (const mark of root.querySelectorAll('[data-tip]')) {
    onHover(mark, (event) => showTip(event, [{ value: mark.dataset.tip }]));
  }
}
