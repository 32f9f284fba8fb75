import { useEffect, useRef, useState } from 'preact/hooks';
import { callCoordinator } from '../shared/call-coordinator.ts';
import { ThemeChooser } from '../shared/theme-chooser.tsx';
import { useAction } from '../shared/use-action.ts';
import { ConnectionState } from './connection/connection-state.tsx';
import { type Connection, type Following, followCoordinator } from './connection/follow-coordinator.ts';
import { nothingYet } from './connection/live-data.ts';
import { EventLog } from './event-log.tsx';
import { EndNotice, NotifyButton } from './notifications/end-notice.tsx';
import { CompareRuns } from './runs/compare-runs.tsx';
import type { RunDraft } from './runs/run-actions.tsx';
import { RunList } from './runs/run-list.tsx';
import { RunSections } from './runs/run-sections.tsx';
import { type OpenedDraft, StartRun } from './runs/start-run.tsx';
import { SignIn, signIn } from './sign-in.tsx';

/** The operator's page; `token` came with the address. */
export function App({ token }: { token: string | undefined }) {
  const [data, setData] = useState(nothingYet);
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' });
  const [session, setSession] = useState(0);
  const following = useRef<Following>(undefined);
  const { failure, run } = useAction();
  useEffect(() => {
    const follow = () => {
      following.current = followCoordinator({ told: setData, connection: setConnection });
    };
    if (session > 0 || token === undefined) follow();
    else void run(() => signIn(token)).then(follow);
    return () => following.current?.stop();
  }, [session, token, run]);
  const again = () => setSession((number) => number + 1);
  const signOut = async () => {
    await callCoordinator('signOut');
    setData(nothingYet);
    again();
  };
  const signedOut = connection.state === 'signed-out';
  return (
    <>
      <header>
        <div class="top">
          <p class="overline">Legend, coordinator</p>
          <div class="top-right">
            {connection.state === 'live' && <NotifyButton />}
            {connection.state === 'live' && (
              <button type="button" class="plain" onClick={signOut}>
                Sign out
              </button>
            )}
            <ThemeChooser />
          </div>
        </div>
        <ConnectionState connection={connection} retry={() => following.current?.retry()} />
      </header>
      <main>{signedOut ? <SignIn failure={failure} signedIn={again} /> : <Signed data={data} />}</main>
    </>
  );
}

function Signed({ data }: { data: typeof nothingYet }) {
  const [chosen, choose] = useState<string>();
  const runs = [...data.runs.values()].sort((one, other) => other.createdAt - one.createdAt);
  // A run that ends stays in sight until another one is chosen.
  const shown = useRef<string>(undefined);
  const run =
    runs.find(({ id }) => id === (chosen ?? shown.current)) ??
    runs.find(({ status }) => status === 'running') ??
    runs[0];
  shown.current = run?.id;
  const [draft, setDraft] = useState<OpenedDraft>();
  const open = (opened: RunDraft) => setDraft({ ...opened, number: (draft?.number ?? 0) + 1 });
  if (data === nothingYet) return null;
  return (
    <>
      <EndNotice runs={data.runs} />
      <RunList runs={runs} rounds={data.rounds} chosen={run?.id} choose={choose} />
      <CompareRuns runs={runs} rounds={data.rounds} />
      <StartRun
        key={draft?.number}
        draft={draft}
        done={(id) => {
          setDraft(undefined);
          choose(id);
        }}
        none={runs.length === 0}
      />
      {run && <RunSections key={run.id} run={run} data={data} draft={open} />}
      <EventLog data={data} />
    </>
  );
}
