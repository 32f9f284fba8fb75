import fc from 'fast-check';
import { REVOKED_ADDRESS_MS, type Store, type TokenFault } from '../store.ts';
import { deviceOf, tokenOf } from './sample-values.ts';

/** Something that operators and devices do; numbers choose among what there is by then. */
type Action =
  | { readonly type: 'make-token'; readonly uses: number | null }
  | { readonly type: 'revoke-token'; readonly token: number }
  | { readonly type: 'enrol'; readonly token: number; readonly key: number; readonly address: number | null }
  | { readonly type: 'revoke-device'; readonly device: number }
  | { readonly type: 'wait'; readonly hours: number };

const choice = fc.nat(7);

/** Actions as they come: mostly enrolments. */
export const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('make-token'),
      uses: fc.option(fc.integer({ min: 1, max: 3 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('revoke-token'), token: choice }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('enrol'),
      token: choice,
      key: choice,
      address: fc.option(fc.nat(2)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('revoke-device'), device: choice }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('wait'), hours: fc.integer({ min: 1, max: 30 }) }) },
);

interface ModelToken {
  readonly id: string;
  readonly madeAt: number;
  usesLeft: number;
  revoked: boolean;
}

interface ModelDevice {
  readonly id: string;
  readonly token: ModelToken;
  readonly address: number | null;
  revokedAt: number | undefined;
}

let devicesMade = 0;

/** The rules of enrolment, told by what has happened instead of by what is kept. */
export class EnrolmentModel {
  readonly #name: string;
  readonly #tokens: ModelToken[] = [];
  readonly #devices = new Map<number, ModelDevice>();
  readonly #keys = new Map<number, number>();
  #at = 1e6;
  /** What the last action should have given. */
  expected: unknown;

  /** @param name sets its tokens and addresses apart from those of other models in the same store */
  constructor(name: string) {
    this.#name = name;
  }

  /** @returns what the store has made of it, to be compared with `expected` */
  async carryOut(store: Store, action: Action): Promise<unknown> {
    this.#at += 1000;
    this.expected = undefined;
    switch (action.type) {
      case 'wait':
        this.#at += action.hours * 3600_000;
        return undefined;
      case 'make-token': {
        const id = `${this.#name}-${this.#tokens.length}`;
        this.#tokens.push({
          id,
          madeAt: this.#at,
          usesLeft: action.uses ?? Number.POSITIVE_INFINITY,
          revoked: false,
        });
        return store.tokens.create(tokenOf(id, 'run', { usesLeft: action.uses, createdAt: this.#at }));
      }
      case 'revoke-token': {
        const token = this.#tokens[action.token];
        this.expected = token !== undefined;
        if (token !== undefined) token.revoked = true;
        return store.tokens.revoke(token?.id ?? 'none');
      }
      case 'revoke-device': {
        const device = this.#devices.get(action.device);
        this.expected = device !== undefined;
        if (device !== undefined) device.revokedAt ??= this.#at;
        return store.devices.revoke(device?.id ?? 'none', this.#at);
      }
      case 'enrol':
        return this.#enrol(store, action);
    }
  }

  async #enrol(store: Store, { token: chosen, key, address }: Action & { type: 'enrol' }): Promise<unknown> {
    const token = this.#tokens[chosen];
    const known = this.#devices.get(key);
    const fault = known === undefined ? this.#faultOf(token, address) : undefined;
    const number = this.#keys.get(key) ?? ++devicesMade;
    this.#keys.set(key, number);
    const addressHash = address === null ? null : `${this.#name} at ${address}`;
    const entry = { tokenHash: `hash of ${token?.id}`, at: this.#at, addressHash };
    const answer = await store.devices.enrol(deviceOf(number), entry);
    if (fault === undefined && known === undefined && token !== undefined) {
      token.usesLeft--;
      this.#devices.set(key, { id: deviceOf(number).id, token, address, revokedAt: undefined });
    }
    this.expected = fault ?? { id: deviceOf(number).id, revoked: known?.revokedAt !== undefined };
    return typeof answer === 'string' ? answer : { id: answer.id, revoked: answer.revoked };
  }

  #faultOf(token: ModelToken | undefined, address: number | null): TokenFault | undefined {
    if (token === undefined) return 'token-invalid';
    if (token.revoked) return 'token-revoked';
    const isHeld = [...this.#devices.values()].some((device) => {
      if (device.revokedAt === undefined) return false;
      const isNear = address !== null && device.address === address;
      const isRecent = device.revokedAt > this.#at - REVOKED_ADDRESS_MS;
      return device.token === token || (isNear && isRecent && token.madeAt < device.revokedAt);
    });
    if (isHeld) return 'token-held';
    return token.usesLeft === 0 ? 'token-used' : undefined;
  }
}
