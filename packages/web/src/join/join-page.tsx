import { DeviceDatabase, type KeptSession } from '@legend-fl/device/web';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ThemeChooser } from '../shared/theme-chooser.tsx';
import type { DeviceChoice } from './device-choice.ts';
import { type DeviceWorker, startDeviceWorker } from './device-worker.ts';
import { type BrowserAbilities, findAbilities } from './form/browser-abilities.ts';
import { JoinForm } from './form/join-form.tsx';
import { advance, nothingDone } from './progress/device-progress.ts';
import { TakingPart } from './progress/taking-part.tsx';
import type { Told } from './worker/messages.ts';

interface Props {
  /** From the address. */
  readonly token: string | undefined;
  readonly workerUrl: string;
  readonly runtimeUrl: string;
}

interface Start {
  readonly abilities: BrowserAbilities;
  readonly session: KeptSession<DeviceChoice> | undefined;
}

/** The page of a browser that is a device. */
export function JoinPage(props: Props) {
  const [start, setStart] = useState<Start>();
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    lookAround().then(setStart, (error: unknown) => {
      setFailure(
        `This browser lets the page keep nothing (${String(error)}). Leave private mode, or allow the page to store data.`,
      );
    });
  }, []);
  return (
    <>
      <header>
        <div class="top">
          <p class="overline">Legend, browser device</p>
          <ThemeChooser />
        </div>
      </header>
      <main>
        {failure !== undefined && (
          <p class="failure" role="alert">
            {failure}
          </p>
        )}
        {start !== undefined && <Begun {...props} {...start} />}
      </main>
    </>
  );
}

async function lookAround(): Promise<Start> {
  const abilities = await findAbilities();
  if (abilities.obstacle !== undefined) return { abilities, session: undefined };
  return { abilities, session: await (await DeviceDatabase.open<DeviceChoice>()).session() };
}

function Begun({ token, workerUrl, runtimeUrl, abilities, session }: Props & Start) {
  const device = useDevice({ token, workerUrl, runtimeUrl, session });
  if (abilities.obstacle !== undefined) {
    return (
      <section>
        <h1>This browser cannot take part yet</h1>
        <p class="failure" role="alert">
          {abilities.obstacle}
        </p>
      </section>
    );
  }
  return (
    <>
      {device.choice === undefined ? (
        <JoinForm token={device.token} known={device.known} failure={device.failure} join={device.join} />
      ) : (
        <TakingPart
          progress={device.progress}
          name={device.choice.name}
          runtime={device.runtime}
          failure={device.failure}
          leaving={device.leaving}
          pause={device.pause}
          resume={device.resume}
          leave={device.leave}
        />
      )}
      {abilities.notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
    </>
  );
}

/** The device in its worker, from the form to the end of the run. */
function useDevice({
  token: given,
  workerUrl,
  runtimeUrl,
  session,
}: Omit<Props, 'token'> & { token: string | undefined; session: KeptSession<DeviceChoice> | undefined }) {
  const [token, setToken] = useState(given);
  const [known, setKnown] = useState(given === undefined ? session?.settings : undefined);
  const [choice, setChoice] = useState<DeviceChoice>();
  const [progress, setProgress] = useState(nothingDone);
  const [runtime, setRuntime] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const [leaving, setLeaving] = useState(false);
  const worker = useRef<DeviceWorker>(undefined);

  const stop = () => {
    worker.current?.end();
    worker.current = undefined;
    setLeaving(false);
  };
  const told = (from: DeviceChoice) => (message: Told) => {
    switch (message.type) {
      case 'runtime':
        setRuntime(message.about);
        break;
      case 'event':
        setProgress((before) => advance(before, message.event, Date.now()));
        break;
      case 'ended':
        stop();
        break;
      case 'left':
        setProgress((before) => advance(before, { type: 'left' }, Date.now()));
        stop();
        break;
      case 'failed':
        // Back to the form, where something can be mended; the token is used up once the device is enrolled.
        stop();
        setFailure(message.message);
        setKnown(message.enrolled ? from : undefined);
        if (message.enrolled) setToken(undefined);
        setChoice(undefined);
    }
  };
  const join = (withToken: string | undefined, chosen: DeviceChoice) => {
    setFailure(undefined);
    setProgress(nothingDone);
    setChoice(chosen);
    setToken(withToken);
    worker.current = startDeviceWorker(workerUrl, { told: told(chosen), failed: setFailure });
    worker.current.tell({ type: 'join', token: withToken, choice: chosen, runtimeUrl });
  };
  // A device that was at work when the page was left goes on by itself.
  useEffect(() => {
    if (given === undefined && session?.ready === true) join(undefined, session.settings);
    return () => worker.current?.end();
  }, []);
  return {
    token,
    known,
    choice,
    progress,
    runtime,
    failure,
    leaving,
    join,
    pause: () => {
      worker.current?.tell({ type: 'pause' });
      setProgress((before) => advance(before, { type: 'paused', reason: 'paused by you' }, Date.now()));
    },
    resume: () => {
      worker.current?.tell({ type: 'resume' });
      setProgress((before) => advance(before, { type: 'resumed' }, Date.now()));
    },
    leave: () => {
      if (
        !confirm(
          'Leave the run? What is trained of this round does not count, and the page forgets your data.',
        )
      ) {
        return;
      }
      setLeaving(true);
      worker.current?.tell({ type: 'leave' });
    },
  };
}
