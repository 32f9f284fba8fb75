/** Rows of a chart that belong together. */
export interface RowGroup {
  readonly title: string;
  readonly rows: number;
}

interface Rows {
  /** Upper edges. */
  readonly tops: readonly number[];
  readonly rowHeight: number;
  /** Whether there is room for a name at each row. */
  readonly named: boolean;
  readonly headings: readonly { readonly title: string; readonly y: number }[];
  readonly bottom: number;
}

const headingHeight = 20;
const groupGap = 8;
/** Rows that can still have a name; more are thin. */
const mostNamed = 60;

/** Where the rows of a chart stand, one for each device. */
export function layOutRows(count: number, groups: readonly RowGroup[] = []): Rows {
  const rowHeight = count <= 24 ? 20 : count <= mostNamed ? 14 : Math.max(2, 400 / count);
  const headings: { title: string; y: number }[] = [];
  const tops: number[] = [];
  let y = 0;
  for (const { title, rows } of groups.length > 0 ? groups : [{ title: '', rows: count }]) {
    if (tops.length > 0) y += groupGap;
    if (title !== '') {
      headings.push({ title, y });
      y += headingHeight;
    }
    for (let row = 0; row < rows; row++) {
      tops.push(y);
      y += rowHeight;
    }
  }
  return { tops, rowHeight, named: count <= mostNamed, headings, bottom: Math.ceil(y + 2) };
}
