/** Draws pages and charts without a browser; `load-page.ts` gives it to the rest of this package. */
import { BarChart, LineChart } from '@legend-fl/look/charts';
import { renderToString } from 'preact-render-to-string';
import { accuracyChart, describeAccuracy } from './accuracy-chart.ts';
import type { PageRenderer } from './page-renderer.ts';
import { ReportPage } from './report-page.tsx';
import { targetCharts } from './target-charts.ts';

const renderer: PageRenderer = {
  renderPage(view, { style, script, policy, data }) {
    return `<!doctype html>\n${renderToString(
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta http-equiv="Content-Security-Policy" content={policy} />
          <title>{view.title}</title>
          <style dangerouslySetInnerHTML={{ __html: style }} />
        </head>
        <body>
          <div id="report">
            <ReportPage view={view} />
          </div>
          <script type="application/octet-stream" id="data">
            {data}
          </script>
          <script type="module" dangerouslySetInnerHTML={{ __html: script }} />
        </body>
      </html>,
    )}\n`;
  },

  drawCharts(view, width) {
    const accuracy = accuracyChart(view, 'time');
    const title = `Test accuracy over ${view.timeName.toLowerCase()}`;
    return {
      // None before any round has been evaluated.
      accuracy:
        accuracy === null
          ? []
          : [
              {
                title,
                subtitle: describeAccuracy(view.series),
                svg: renderToString(<LineChart {...accuracy} width={width} />),
              },
            ],
      toTarget: targetCharts(view).map(({ title, subtitle, bars }) => ({
        title,
        subtitle,
        svg: renderToString(
          <BarChart description={bars.map(({ tip }) => tip).join('; ')} bars={bars} width={width} />,
        ),
      })),
    };
  },
};

export default renderer;
