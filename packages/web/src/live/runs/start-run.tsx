import { useEffect, useRef, useState } from 'preact/hooks';
import { callCoordinator } from '../../shared/call-coordinator.ts';
import { Failure } from '../../shared/failure.tsx';
import { useAction } from '../../shared/use-action.ts';
import { readRunText } from './read-run-text.ts';
import type { RunDraft } from './run-actions.tsx';
import { emptyRunForm, type RunForm, settingsOfForm } from './run-form.ts';

interface Field {
  readonly key: keyof RunForm;
  readonly title: string;
  readonly placeholder: string;
  readonly about?: string;
  readonly number?: { readonly min: string; readonly max?: string; readonly step: string };
}

const fields: readonly Field[] = [
  { key: 'name', title: 'Name', placeholder: 'run' },
  { key: 'strategy', title: 'Strategy', placeholder: 'legend' },
  { key: 'model', title: 'Model', placeholder: 'minilm-l6', about: 'a folder, a hub model or a catalogue name' },
  {
    key: 'data',
    title: 'Held-out data',
    placeholder: 'none: the devices score the model',
    about: 'a catalogue name, or a file on the coordinator’s machine',
  },
  {
    key: 'classes',
    title: 'Classes',
    placeholder: 'those of the data',
    about: 'in order, separated by commas; required without held-out data',
  },
  { key: 'rounds', title: 'Rounds', placeholder: '20', number: { min: '1', step: '1' } },
  {
    key: 'minimumDevices',
    title: 'Fewest devices to start a round',
    placeholder: '1',
    number: { min: '1', step: '1' },
  },
  { key: 'localSteps', title: 'Steps per round', placeholder: '8', number: { min: '1', step: '1' } },
  { key: 'learningRate', title: 'Learning rate', placeholder: '0.002', number: { min: '0', step: 'any' } },
  {
    key: 'targetAccuracy',
    title: 'Target accuracy (%)',
    placeholder: 'none',
    about: 'reaching it ends the run',
    number: { min: '1', max: '100', step: 'any' },
  },
];

/** A draft that a button of a run has opened; another one has another number. */
export interface OpenedDraft extends RunDraft {
  readonly number: number;
}

interface Props {
  readonly draft: OpenedDraft | undefined;
  /** Whether there is no run yet, which opens the form. */
  readonly none: boolean;
  /** The run is started, or its settings are changed. */
  done(run: string): void;
}

/** A form for another run, or for the settings of one that has not begun. */
export function StartRun({ draft, done, none }: Props) {
  const [form, setForm] = useState(emptyRunForm);
  const [text, setText] = useState(draft?.text ?? '');
  const [as, setAs] = useState<'form' | 'file'>(draft === undefined ? 'form' : 'file');
  const [open, setOpen] = useState(draft !== undefined);
  const edits = draft?.edits;
  const summary = useRef<HTMLElement>(null);
  // Its button is further down the page.
  useEffect(() => {
    if (draft !== undefined) summary.current?.focus();
  }, [draft]);
  const { running, failure, run } = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(async () => {
      const settings = as === 'form' ? settingsOfForm(form) : await readRunText(text);
      const { id } =
        edits === undefined
          ? await callCoordinator('createRun', { body: settings })
          : await callCoordinator('editRun', { parameters: { run: edits.id }, body: settings });
      setForm(emptyRunForm);
      setText('');
      setOpen(false);
      done(id);
    });
  };
  return (
    <details
      class="start-run"
      open={open || none}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary ref={summary}>{describePurpose(edits, none)}</summary>
      <form onSubmit={submit}>
        <fieldset class="switch">
          <legend>Settings</legend>
          <label>
            <input type="radio" name="as" checked={as === 'form'} onChange={() => setAs('form')} />
            form
          </label>
          <label>
            <input type="radio" name="as" checked={as === 'file'} onChange={() => setAs('file')} />
            run file
          </label>
        </fieldset>
        {as === 'form' ? (
          <div class="fields">
            {fields.map((field) => (
              <FormField
                key={field.key}
                field={field}
                value={form[field.key]}
                change={(value) => setForm({ ...form, [field.key]: value })}
              />
            ))}
          </div>
        ) : (
          <label class="run-text">
            YAML or JSON
            <textarea
              rows={12}
              spellcheck={false}
              required
              placeholder={'name: reviews\nclasses: [negative, positive]\nrounds: 20\nlocal:\n  steps: 8'}
              value={text}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
          </label>
        )}
        <Failure text={failure} />
        <button type="submit" class="primary" disabled={running}>
          {edits === undefined ? (running ? 'Starting…' : 'Start run') : running ? 'Saving…' : 'Save settings'}
        </button>
      </form>
    </details>
  );
}

function describePurpose(edits: RunDraft['edits'], none: boolean): string {
  if (edits !== undefined) return `Settings of “${edits.name}”`;
  return none ? 'Start the first run' : 'Start another run';
}

function FormField({
  field: { key, title, placeholder, about, number },
  value,
  change,
}: {
  field: Field;
  value: string;
  change: (value: string) => void;
}) {
  return (
    <label>
      {title}
      <input
        name={key}
        {...(number === undefined ? { type: 'text' } : { type: 'number', ...number })}
        placeholder={placeholder}
        autocomplete="off"
        value={value}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
      {about !== undefined && <small>{about}</small>}
    </label>
  );
}
