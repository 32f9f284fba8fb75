import type { RunChange, RunView } from '@legend-fl/protocol';
import { callCoordinator, pathOf } from '../../shared/call-coordinator.ts';
import { Failure } from '../../shared/failure.tsx';
import { useAction } from '../../shared/use-action.ts';
import { writeRunText } from './write-run-text.ts';

/** What the form for a run is opened with. */
export interface RunDraft {
  /** YAML. */
  readonly text: string;
  /** The run that it changes; undefined for a new one. */
  readonly edits: { readonly id: string; readonly name: string } | undefined;
}

/** What can be done with a run. */
export function RunActions({ run, draft }: { run: RunView; draft: (draft: RunDraft) => void }) {
  const { running, failure, run: act } = useAction();
  const ended = run.status === 'finished' || run.status === 'failed';
  const parameters = { run: run.id };
  const change = (body: RunChange) =>
    act(async () => {
      await callCoordinator('changeRun', { parameters, body });
    });
  const stop = () => {
    if (!confirm(`Stop “${run.name}” for good? Its adapter stays, and its devices leave. To go on later, pause it.`)) return;
    void act(async () => {
      await callCoordinator('stopRun', { parameters });
    });
  };
  const rename = () => {
    const name = prompt('Name of the run', run.name)?.trim();
    if (name !== undefined && name !== '' && name !== run.name) void change({ name });
  };
  const open = (edits: RunDraft['edits']) =>
    act(async () => {
      const settings = await callCoordinator('runSettings', { parameters });
      const name = edits === undefined ? `${run.name} copy` : run.name;
      draft({ text: await writeRunText({ ...settings, name }), edits });
    });
  return (
    <>
      <div class="actions">
        <a class="button" href={pathOf('adapterArchive', parameters)} download={`${run.id}-adapter.zip`}>
          Download adapter
        </a>
        <a class="button" href={pathOf('report', parameters)} target="_blank" rel="noopener">
          Report
        </a>
        <button type="button" disabled={running} onClick={rename}>
          Rename
        </button>
        <button type="button" disabled={running} onClick={() => void open(undefined)}>
          Clone
        </button>
        {run.editable && (
          <button
            type="button"
            disabled={running}
            onClick={() => void open({ id: run.id, name: run.name })}
          >
            Edit settings
          </button>
        )}
        {!ended && (
          <button type="button" disabled={running} onClick={() => void change({ paused: !run.paused })}>
            {run.paused ? 'Resume' : 'Pause'}
          </button>
        )}
        {!ended && (
          <button type="button" class="danger" disabled={running} onClick={stop}>
            Stop run
          </button>
        )}
      </div>
      <Failure text={failure} />
    </>
  );
}
