import {
  type DeviceStore,
  type Entry,
  type NewDevice,
  REVOKED_ADDRESS_MS,
  type StoredDevice,
  type TokenFault,
} from '../store.ts';
import { toText } from './column-text.ts';
import { nextPlace } from './next-place.ts';
import type { Session } from './session.ts';
import type { Db, DeviceRow, TokenRow } from './tables.ts';
import { type Outcome, oneByOne, type WriteQueue } from './write-queue.ts';

export function sqlDeviceStore(session: Session, writes: WriteQueue): DeviceStore {
  return {
    enrol: (device, entry) => writes.add(enrol, { device, entry }),
    findEntrance: (entry) => session.read((db) => findEntrance(db, entry)),
    find: (id) => session.read((db) => findDevice(db, id)),
    list: (run) => session.read((db) => listDevices(db, run)),
    rename: (id, name, told) => writes.add(renameDevice, { id, name, told }),
    setQuarantine: (id, quarantined) => writes.add(setQuarantine, { id, quarantined }),
    revoke: (id, at) => writes.add(revokeDevice, { id, at }),
  };
}

interface Enrolment {
  readonly device: NewDevice;
  readonly entry: Entry;
}

const enrol = oneByOne(
  async (db, { device, entry }: Enrolment): Promise<Outcome<StoredDevice | TokenFault>> => {
    const known = await db
      .selectFrom('devices')
      .selectAll()
      .where('public_key', '=', device.publicKey.x)
      .executeTakeFirst();
    if (known !== undefined) return { value: toDevice(known) };
    const token = await findEntrance(db, entry);
    if (typeof token === 'string') return { value: token };
    const row: DeviceRow = {
      place: await nextPlace(db, 'devices'),
      id: device.id,
      run: token.run,
      name: toText(device.name),
      told_name: null,
      public_key: device.publicKey.x,
      runtime_kind: device.runtime.kind,
      runtime_about: toText(device.runtime.about),
      enrolled_at: entry.at,
      revoked: 0,
      quarantined: 0,
      token: token.id,
      address_hash: entry.addressHash,
      revoked_at: null,
    };
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('devices')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) {
      return { fault: new Error(`There is a device ${device.id} already, with another key.`) };
    }
    await db
      .updateTable('tokens')
      .set({
        uses_left: token.uses_left === null ? null : token.uses_left - 1,
        devices: token.devices + 1,
      })
      .where('id', '=', token.id)
      .execute();
    return { value: toDevice(row) };
  },
);

async function findEntrance(db: Db, entry: Entry): Promise<TokenRow | TokenFault> {
  const token = await db
    .selectFrom('tokens')
    .selectAll()
    .where('hash', '=', entry.tokenHash)
    .executeTakeFirst();
  if (token === undefined) return 'token-invalid';
  if (token.revoked === 1) return 'token-revoked';
  if (token.expires_at !== null && entry.at >= token.expires_at) return 'token-expired';
  if (token.held === 1 || (await isBarred(db, token, entry))) return 'token-held';
  return token.uses_left === 0 ? 'token-used' : token;
}

/** Whether a device from the same address was revoked within the day, after the token was made. */
async function isBarred(db: Db, { created_at }: TokenRow, { addressHash, at }: Entry): Promise<boolean> {
  if (addressHash === null) return false;
  const found = await db
    .selectFrom('devices')
    .select('id')
    .where('address_hash', '=', addressHash)
    .where('revoked_at', '>', Math.max(created_at, at - REVOKED_ADDRESS_MS))
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

async function findDevice(db: Db, id: string): Promise<StoredDevice | undefined> {
  const row = await db.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toDevice(row);
}

async function listDevices(db: Db, run: string | undefined): Promise<StoredDevice[]> {
  const all = db.selectFrom('devices').selectAll().orderBy('place');
  const rows = await (run === undefined ? all : all.where('run', '=', run)).execute();
  return rows.map(toDevice);
}

const revokeDevice = oneByOne(
  async (db, { id, at }: { readonly id: string; readonly at: number }): Promise<Outcome<boolean>> => {
    const device = await db.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst();
    if (device === undefined) return { value: false };
    if (device.revoked === 1) return { value: true };
    await db.updateTable('devices').set({ revoked: 1, revoked_at: at }).where('id', '=', id).execute();
    if (device.token !== null) {
      await db.updateTable('tokens').set({ held: 1 }).where('id', '=', device.token).execute();
    }
    return { value: true };
  },
);

interface Renaming {
  readonly id: string;
  readonly name: string;
  readonly told: boolean;
}

const renameDevice = oneByOne(
  async (db, { id, name, told }: Renaming): Promise<Outcome<StoredDevice | undefined>> => {
    const row = await db.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) return { value: undefined };
    const [text, toldBefore] = [toText(name), row.told_name ?? row.name];
    if (told && text === toldBefore) return { value: toDevice(row) };
    const values = { name: text, told_name: told ? text : toldBefore };
    await db.updateTable('devices').set(values).where('id', '=', id).execute();
    return { value: toDevice({ ...row, ...values }) };
  },
);

const setQuarantine = oneByOne(
  async (
    db,
    { id, quarantined }: { readonly id: string; readonly quarantined: boolean },
  ): Promise<Outcome<boolean>> => {
    const { numUpdatedRows } = await db
      .updateTable('devices')
      .set({ quarantined: quarantined ? 1 : 0 })
      .where('id', '=', id)
      .executeTakeFirst();
    return { value: numUpdatedRows > 0n };
  },
);

function toDevice(row: DeviceRow): StoredDevice {
  return {
    id: row.id,
    name: row.name,
    publicKey: { kty: 'OKP', crv: 'Ed25519', x: row.public_key },
    runtime: { kind: row.runtime_kind, about: row.runtime_about },
    run: row.run,
    place: row.place,
    enrolledAt: row.enrolled_at,
    revoked: row.revoked === 1,
    token: row.token,
    quarantined: row.quarantined === 1,
  };
}
