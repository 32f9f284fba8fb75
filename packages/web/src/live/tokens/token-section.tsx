import { joinInvitation, type RunView, type TokenView } from '@legend-fl/protocol';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { callCoordinator } from '../../shared/call-coordinator.ts';
import { Copyable } from '../../shared/copyable.tsx';
import { Failure } from '../../shared/failure.tsx';
import { formatSpan } from '../../shared/format-time.ts';
import { useAction } from '../../shared/use-action.ts';
import { useNow } from '../../shared/use-now.ts';
import { QrCode } from './qr-code.tsx';

/** Invites devices: makes join tokens and revokes them. */
export function TokenSection({ run }: { run: RunView }) {
  const [tokens, setTokens] = useState<readonly TokenView[]>([]);
  const [made, setMade] = useState<string>();
  const reading = useAction();
  const { run: read } = reading;
  const reload = useCallback(() => read(async () => setTokens(await callCoordinator('listTokens'))), [read]);
  // Read anew when a device has enrolled, which has used one up.
  useEffect(() => {
    void reload();
  }, [reload, run.devices.enrolled]);
  const ended = run.status === 'finished' || run.status === 'failed';
  const own = tokens.filter((token) => token.run === run.id);
  return (
    <section class="tokens">
      <h2>Invite devices</h2>
      {!ended && (
        <MakeToken
          run={run.id}
          made={(token) => {
            setMade(token);
            void reload();
          }}
        />
      )}
      {made !== undefined && <Invitation token={made} />}
      <Failure text={reading.failure} />
      {own.length > 0 && (
        <ul class="token-list">
          {own.map((token) => (
            <TokenRow key={token.id} token={token} revoked={reload} />
          ))}
        </ul>
      )}
    </section>
  );
}

function MakeToken({ run, made }: { run: string; made: (token: string) => void }) {
  const [label, setLabel] = useState('');
  const [uses, setUses] = useState('1');
  const [days, setDays] = useState('7');
  const { running, failure, run: act } = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void act(async () => {
      const { token } = await callCoordinator('createToken', {
        body: {
          run,
          ...(label.trim() !== '' && { label }),
          uses: uses === '' ? null : Number(uses),
          seconds: days === '' ? null : Math.round(Number(days) * 86_400),
        },
      });
      setLabel('');
      made(token);
    });
  };
  return (
    <form class="fields make-token" onSubmit={submit}>
      <label>
        For whom
        <input
          placeholder="devices"
          autocomplete="off"
          value={label}
          onInput={({ currentTarget }) => setLabel(currentTarget.value)}
        />
      </label>
      <label>
        Number of devices
        <input
          type="number"
          min="1"
          step="1"
          placeholder="any number"
          value={uses}
          onInput={({ currentTarget }) => setUses(currentTarget.value)}
        />
      </label>
      <label>
        Valid for (days)
        <input
          type="number"
          min="0.01"
          step="any"
          placeholder="until revoked"
          value={days}
          onInput={({ currentTarget }) => setDays(currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary" disabled={running}>
        {running ? 'Making…' : 'Make invitation'}
      </button>
      <Failure text={failure} />
    </form>
  );
}

function Invitation({ token }: { token: string }) {
  const { command, link, linkIsSecure } = joinInvitation(location.origin, token);
  return (
    <div class="invitation">
      <p>
        <strong>Send it now:</strong> it cannot be shown again, since the coordinator keeps only a hash of its
        token.
      </p>
      <Copyable label="Link, for a browser" text={link} />
      <Copyable label="Command, for a machine" text={command} />
      <figure class="invite-by-code">
        <QrCode text={link} label="QR code of the link" />
        <figcaption class="note">Scan it with a phone or tablet to open the link.</figcaption>
      </figure>
      {!linkIsSecure && (
        <p class="note">
          Browsers can join only over https: start the coordinator with a certificate (--tls-cert, --tls-key),
          or put it behind a proxy that has one.
        </p>
      )}
    </div>
  );
}

function TokenRow({ token, revoked }: { token: TokenView; revoked: () => Promise<void> }) {
  const now = useNow();
  const { running, failure, run } = useAction();
  const over = describeEnd(token, now);
  const revoke = () => {
    if (!confirm(`Revoke the invitation for “${token.label}”? Devices that joined with it stay.`)) return;
    void run(async () => {
      await callCoordinator('revokeToken', { parameters: { token: token.id } });
      await revoked();
    });
  };
  return (
    <li class={over === undefined ? '' : 'over'}>
      <span>
        <strong>{token.label}</strong> <small>{over ?? describeValidity(token, now)}</small>
        <Failure text={failure} />
      </span>
      {over === undefined && (
        <button
          type="button"
          class="plain"
          disabled={running}
          aria-label={`Revoke the invitation for ${token.label}`}
          onClick={revoke}
        >
          Revoke
        </button>
      )}
    </li>
  );
}

/** Why a token lets nobody in any more. */
function describeEnd(
  { revoked, held, usesLeft, expiresAt, devices }: TokenView,
  now: number,
): string | undefined {
  const used = devices === 1 ? '1 device joined' : `${devices} devices joined`;
  if (revoked) return `revoked, ${used}`;
  if (held) return `closed because a device that joined with it was revoked, ${used}`;
  if (usesLeft === 0) return `used up, ${used}`;
  return expiresAt !== null && expiresAt <= now ? `expired, ${used}` : undefined;
}

function describeValidity({ usesLeft, expiresAt, devices }: TokenView, now: number): string {
  const uses = usesLeft === null ? 'any number of devices can join' : `${usesLeft} more can join`;
  const time = expiresAt === null ? 'until revoked' : `within ${formatSpan((expiresAt - now) / 1000)}`;
  return `${devices} joined; ${uses}, ${time}`;
}
