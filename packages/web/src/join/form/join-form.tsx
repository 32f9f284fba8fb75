import { useEffect, useState } from 'preact/hooks';
import { Failure } from '../../shared/failure.tsx';
import type { DataColumns, DeviceChoice } from '../device-choice.ts';
import { SAMPLE_NAME, sampleReviews } from '../sample-reviews.ts';
import { guessDeviceName, guessMemoryMegabytes } from './browser-abilities.ts';
import { type DataContent, lookIntoData } from './look-into-data.ts';

interface Props {
  /** From the address; undefined where it has none. */
  readonly token: string | undefined;
  /** Of a device that this browser remembers, which needs no token. */
  readonly known: DeviceChoice | undefined;
  readonly failure: string | undefined;
  join(token: string | undefined, choice: DeviceChoice): void;
}

/** Asks for what a device needs: a token, data, a name. */
export function JoinForm({ token: given, known, failure, join }: Props) {
  const [token, setToken] = useState(given ?? '');
  const [name, setName] = useState(known?.name ?? guessDeviceName());
  // What went wrong with the data that is known is not offered again.
  const [chosen, setChosen] = useState<{ file: Blob; path: string } | undefined>(
    failure === undefined ? known : undefined,
  );
  const [columns, setColumns] = useState<DataColumns>(known?.columns ?? {});
  const [megabytes, setMegabytes] = useState(
    String(known === undefined ? guessMemoryMegabytes() : known.memoryBytes / 1e6),
  );
  const [runtime, setRuntime] = useState<DeviceChoice['runtime']>(known?.runtime ?? 'fastest');
  const { content, fault } = useContent(chosen, columns);
  const needsToken = given === undefined && known === undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (chosen === undefined || content === undefined) return;
    const memoryBytes = Number(megabytes) * 1e6;
    join(known !== undefined && given === undefined ? undefined : token.trim(), {
      name,
      file: chosen.file,
      path: chosen.path,
      columns,
      memoryBytes,
      runtime,
    });
  };
  return (
    <section class="join-form">
      <h1>Take part with this browser</h1>
      <p class="lead">
        The tab trains on examples that you choose. They stay in this browser. What leaves it: the name below,
        what it computes with and how fast, how many examples there are, the loss, and the trained parameters.
      </p>
      <Failure text={failure} />
      <form onSubmit={submit}>
        {needsToken && (
          <label>
            Join token
            <input
              name="token"
              required
              autocomplete="off"
              placeholder="lj_…"
              value={token}
              onInput={({ currentTarget }) => setToken(currentTarget.value)}
            />
            <small>from whoever runs the coordinator; their link holds it</small>
          </label>
        )}
        <label>
          Name of this device
          <input
            name="name"
            required
            maxlength={100}
            autocomplete="off"
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <div class="data-choice">
          <label>
            Data: a JSONL, CSV, TSV or Parquet file with the columns text and label
            <input
              type="file"
              accept=".jsonl,.ndjson,.csv,.tsv,.parquet"
              onChange={({ currentTarget }) => {
                const [file] = currentTarget.files ?? [];
                setChosen(file && { file, path: file.name });
              }}
            />
          </label>
          <button type="button" onClick={() => setChosen({ file: sampleReviews(), path: SAMPLE_NAME })}>
            Use a sample: 32 made-up sentences about films
          </button>
          {chosen !== undefined && <Content path={chosen.path} content={content} />}
          <Failure text={fault} />
        </div>
        <details>
          <summary>More</summary>
          <div class="fields">
            <ColumnField title="Column of the text" name="textColumn" columns={columns} change={setColumns} />
            <ColumnField
              title="Column of a second text"
              name="textPairColumn"
              columns={columns}
              change={setColumns}
            />
            <ColumnField
              title="Column of the label"
              name="labelColumn"
              columns={columns}
              change={setColumns}
            />
            <label>
              Memory for training (MB)
              <input
                type="number"
                min="50"
                max="4000"
                step="any"
                required
                value={megabytes}
                onInput={({ currentTarget }) => setMegabytes(currentTarget.value)}
              />
            </label>
            <label>
              Compute with
              <select
                value={runtime}
                onChange={({ currentTarget }) =>
                  setRuntime(currentTarget.value === 'wasm' ? 'wasm' : 'fastest')
                }
              >
                <option value="fastest">the fastest there is</option>
                <option value="wasm">the processor (WebAssembly)</option>
              </select>
            </label>
          </div>
        </details>
        <button type="submit" class="primary" disabled={content === undefined}>
          {known === undefined ? 'Join' : 'Go on'}
        </button>
      </form>
    </section>
  );
}

/** What is in the chosen file, or why it cannot be read. */
function useContent(chosen: { file: Blob; path: string } | undefined, columns: DataColumns) {
  const [result, setResult] = useState<{ content?: DataContent; fault?: string }>({});
  useEffect(() => {
    setResult({});
    if (chosen === undefined) return;
    let current = true;
    lookIntoData(chosen.file, chosen.path, columns).then(
      (content) => current && setResult({ content }),
      (error: unknown) => {
        if (current) setResult({ fault: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => {
      current = false;
    };
  }, [chosen, columns]);
  return result;
}

function Content({ path, content }: { path: string; content: DataContent | undefined }) {
  if (content === undefined) return null;
  const { examples, classes, first } = content;
  const shown = classes.slice(0, 6).map(({ name, count }) => `${name} ${count.toLocaleString('en')}`);
  return (
    <p class="data-content" role="status">
      <strong>{path}</strong>: {examples.toLocaleString('en')} {examples === 1 ? 'example' : 'examples'} (
      {shown.join(', ')}
      {classes.length > 6 && `, and ${classes.length - 6} further classes`}). The first: “
      {first.length > 90 ? `${first.slice(0, 90)}…` : first}”
    </p>
  );
}

function ColumnField({
  title,
  name,
  columns,
  change,
}: {
  title: string;
  name: keyof DataColumns;
  columns: DataColumns;
  change: (columns: DataColumns) => void;
}) {
  return (
    <label>
      {title}
      <input
        autocomplete="off"
        placeholder={{ textColumn: 'text', textPairColumn: 'none', labelColumn: 'label' }[name]}
        value={columns[name] ?? ''}
        onChange={({ currentTarget }) =>
          change({ ...columns, [name]: currentTarget.value === '' ? undefined : currentTarget.value })
        }
      />
    </label>
  );
}
