import { useState } from 'preact/hooks';
import { callCoordinator } from '../shared/call-coordinator.ts';
import { Failure } from '../shared/failure.tsx';
import { useAction } from '../shared/use-action.ts';

/** Asks for the operator's token; `failure` is why one from the address was not taken. */
export function SignIn({ failure, signedIn }: { failure: string | undefined; signedIn: () => void }) {
  const [token, setToken] = useState('');
  const action = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void action.run(async () => {
      await signIn(token);
      setToken('');
      signedIn();
    });
  };
  return (
    <section class="sign-in">
      <h1>Sign in</h1>
      <form onSubmit={submit}>
        <label>
          Operator token
          <input
            type="password"
            name="token"
            autocomplete="current-password"
            placeholder="lo_…"
            required
            value={token}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary" disabled={action.running}>
          {action.running ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      <Failure text={action.failure ?? failure} />
      <p class="note">
        <code>legend serve</code> printed it when the coordinator first started;{' '}
        <code>legend token operator</code> makes another. It is exchanged for a cookie that scripts cannot
        read, and is not kept in this page.
      </p>
    </section>
  );
}

/** Exchanges the operator's token for the session's cookie. */
export async function signIn(token: string): Promise<void> {
  await callCoordinator('signIn', { body: { token: token.trim() } });
}
