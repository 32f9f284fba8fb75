import { useEffect, useRef, useState } from 'preact/hooks';
import { callCoordinator } from '../shared/call-coordinator.ts';
import { ThemeChooser } from '../shared/theme-chooser.tsx';
import { useAction } from '../shared/use-action.ts';
import { ConnectionState } from './connection/connection-state.tsx';
import { type Connection, type Following, followCoordinator } from './connection/follow-coordinator.ts';
import { nothingYet } from './connection/live-data.ts';
import { EventLog } from './event-log.tsx';
import { RunList } from './runs/run-list.tsx';
import { RunSections } from './runs/run-sections.tsx';
import { StartRun } from './runs/start-run.tsx';
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
  const run =
    runs.find(({ id }) => id === chosen) ?? runs.find(({ status }) => status === 'running') ?? runs[0];
  if (data === nothingYet) return null;
  return (
    <>
      <RunList runs={runs} chosen={run?.id} choose={choose} />
      <StartRun started={choose} none={runs.length === 0} />
      {run && <RunSections key={run.id} run={run} data={data} />}
      <EventLog data={data} />
    </>
  );
}
