/** Shows the chart whose axis is chosen. */
export function switchAxes(figure) {
  const charts = figure.querySelectorAll('[data-axis]');
  figure.querySelector('fieldset').addEventListener('change', ({ target }) => {
    for (const chart of charts) chart.hidden = chart.dataset.axis !== target.value;
  });
}
