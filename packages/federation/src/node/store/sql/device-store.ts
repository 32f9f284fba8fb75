import type { DeviceStore, NewDevice, StoredDevice, TokenFault } from '../store.ts';
import { toText } from './column-text.ts';
import { nextPlace } from './next-place.ts';
import type { Session } from './session.ts';
import type { Db, DeviceRow, TokenRow } from './tables.ts';
import { type Outcome, oneByOne, type WriteQueue } from './write-queue.ts';

export function sqlDeviceStore(session: Session, writes: WriteQueue): DeviceStore {
  return {
    enrol: (device, tokenHash, at) => writes.add(enrol, { device, tokenHash, at }),
    find: (id) => session.read((db) => findDevice(db, id)),
    list: (run) => session.read((db) => listDevices(db, run)),
    setQuarantine: (id, quarantined) => writes.add(setQuarantine, { id, quarantined }),
    revoke: (id) => writes.add(revokeDevice, id),
  };
}

interface Enrolment {
  readonly device: NewDevice;
  readonly tokenHash: string;
  readonly at: number;
}

const enrol = oneByOne(
  async (db, { device, tokenHash, at }: Enrolment): Promise<Outcome<StoredDevice | TokenFault>> => {
    const known = await db
      .selectFrom('devices')
      .selectAll()
      .where('public_key', '=', device.publicKey.x)
      .executeTakeFirst();
    if (known !== undefined) return { value: toDevice(known) };
    const token = await db.selectFrom('tokens').selectAll().where('hash', '=', tokenHash).executeTakeFirst();
    if (token === undefined) return { value: 'token-invalid' };
    const fault = findTokenFault(token, at);
    if (fault !== undefined) return { value: fault };
    const row: DeviceRow = {
      place: await nextPlace(db, 'devices'),
      id: device.id,
      run: token.run,
      name: toText(device.name),
      public_key: device.publicKey.x,
      runtime_kind: device.runtime.kind,
      runtime_about: toText(device.runtime.about),
      enrolled_at: at,
      revoked: 0,
      quarantined: 0,
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
      .where('hash', '=', tokenHash)
      .execute();
    return { value: toDevice(row) };
  },
);

function findTokenFault({ revoked, uses_left, expires_at }: TokenRow, at: number): TokenFault | undefined {
  if (revoked === 1) return 'token-revoked';
  if (expires_at !== null && at >= expires_at) return 'token-expired';
  return uses_left === 0 ? 'token-used' : undefined;
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

const revokeDevice = oneByOne(async (db, id: string): Promise<Outcome<boolean>> => {
  const { numUpdatedRows } = await db
    .updateTable('devices')
    .set({ revoked: 1 })
    .where('id', '=', id)
    .executeTakeFirst();
  return { value: numUpdatedRows > 0n };
});

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
    quarantined: row.quarantined === 1,
  };
}
