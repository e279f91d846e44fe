import { join, resolve } from 'node:path';
import type { WallClock } from '../clock.ts';
import { openKeyOwners } from '../cluster/key-owners.ts';
import { learningStore } from '../cluster/learning-store.ts';
import { followLive } from '../cluster/live-followers.ts';
import { agreeOnMasterKey, readSharedMasterKey } from '../cluster/master-key-in-log.ts';
import { nodeIdOf } from '../cluster/node-id.ts';
import { openNodeRegister } from '../cluster/node-register.ts';
import { openStreamKeyStore } from '../cluster/stream-key-store.ts';
import { type ThisNode, thisNode } from '../cluster/this-node.ts';
import type { Config } from '../config.ts';
import { type FollowingDirectory, openDirectory } from '../directory/directory-file.ts';
import { catchUp, keepCheckpoints } from '../directory/log-follower.ts';
import { keyFollower } from '../privacy/key-follower.ts';
import type { KeyStore } from '../privacy/key-store.ts';
import { loadMasterKey } from '../privacy/master-key.ts';
import { type FollowingRegister, openPrivacyRegister } from '../privacy/privacy-register.ts';
import { openSqliteKeyStore } from '../privacy/sqlite-key-store.ts';
import type { EventStore } from '../store/event-store.ts';
import { openSharedStore, openStore } from '../store/open-store.ts';
import { configuredStore, isShared, type StoreAddress, withoutPassword } from '../store/store-address.ts';
import type { EngineLog } from './engine-log.ts';
import { answersReads, hasRoom, type StoreFigures, type StoreHealth, watchedStore } from './watched-store.ts';

/** How old what is known of a node's clock may grow. */
const COMPARE_EVERY_MS = 10 * 60_000;

/** The log and the keys, and what is kept in memory of them. */
export interface Records {
  readonly address: StoreAddress;
  readonly store: EventStore;
  readonly health: StoreHealth;
  readonly figures: StoreFigures;
  readonly keys: KeyStore;
  readonly following: FollowingDirectory;
  readonly registering: FollowingRegister;
  /** Does something again until the keys that it asks for are here; nothing may have been appended before. */
  withKeys<T>(act: () => Promise<T>): Promise<T>;
  /** Waits until what is kept in memory knows all that any node has appended. */
  upToDate(): Promise<void>;
  /** On a log that nodes share alone. */
  readonly node?: ThisNode;
}

export type RecordsConfig = Pick<Config, 'dataFolder' | 'masterKeyFile'> &
  Partial<Pick<Config, 'store' | 'nodeId'>>;

interface Parts {
  readonly folder: string;
  readonly clock: WallClock;
  readonly log: EngineLog;
  /** Closes in the opposite order. */
  readonly opened: AsyncDisposableStack;
}

/** @throws LogFileError, KeyFileError, MasterKeyError, StoreAddressError, StoreUnavailableError */
export function openRecords(config: RecordsConfig, parts: Parts): Promise<Records> {
  const address = configuredStore(config.store ?? 'sqlite', parts.folder);
  return isShared(address) ? openShared(address, config, parts) : openEmbedded(address, config, parts);
}

async function openEmbedded(address: StoreAddress, config: RecordsConfig, parts: Parts): Promise<Records> {
  const { folder, clock, log, opened } = parts;
  const file = (name: string): string => join(folder, name);
  const masterKey = loadMasterKey({ configuredFile: configuredKeyFile(config), dataDir: folder });
  const { store, health, figures } = watchedStore(await openStore(address, { clock }), () => hasRoom(folder));
  opened.defer(() => store.close());
  const keys = openSqliteKeyStore({ path: file('keys.db'), masterKey });
  opened.defer(() => keys.close());
  const following = await openDirectory({ path: file('directory.db'), log: store });
  opened.defer(() => following.close());
  const registering = await openPrivacyRegister({ path: file('privacy.db'), log: store });
  opened.defer(() => registering.close());
  const followers = [await keyFollower(keys, store), following, registering];
  await catchUp(store, followers);
  opened.defer(
    keepCheckpoints(store, followers, {
      onError: error => log.warn({ problem: String(error) }, 'a checkpoint could not be written'),
    }),
  );
  return {
    address,
    store,
    health,
    figures,
    keys,
    following,
    registering,
    withKeys: act => act(),
    // Nobody else writes.
    upToDate: async () => {},
  };
}

async function openShared(address: StoreAddress, config: RecordsConfig, parts: Parts): Promise<Records> {
  const { folder, clock, log, opened } = parts;
  const file = (name: string): string => join(folder, name);
  const master = readSharedMasterKey(config.masterKeyFile);
  const nodeId = nodeIdOf(config.nodeId ?? 'auto', folder);
  const shared = await openSharedStore(address, {
    clock,
    onFeedEnded: error =>
      log.warn(
        { store: withoutPassword(address), problem: String(error) },
        'nothing is heard of the log for now',
      ),
  });
  opened.defer(() => shared.close());
  const wrapping = await agreeOnMasterKey(shared, master, clock);
  const following = await openDirectory({ path: file('directory.db'), log: shared });
  opened.defer(() => following.close());
  const registering = await openPrivacyRegister({ path: file('privacy.db'), log: shared });
  opened.defer(() => registering.close());
  const owning = await openKeyOwners({ path: file('key-owners.db'), log: shared });
  opened.defer(() => owning.close());
  const nodes = await openNodeRegister({ path: file('nodes.db'), log: shared });
  opened.defer(() => nodes.close());
  const followers = [following, registering, owning, nodes];
  await catchUp(shared, followers);
  let onTaken = (): void => {};
  const live = followLive(shared, followers, {
    onTaken: () => onTaken(),
    onError: error =>
      log.warn({ problem: String(error) }, 'the log could not be followed, and is tried again'),
  });
  opened.defer(() => live.close());
  const keys = await openStreamKeyStore({
    streams: shared.keyStreams,
    wrapping,
    owners: owning.owners,
    isErased: subject => registering.register.isErased(subject),
    settled: () => live.settled(),
  });
  opened.defer(() => keys.close());
  // A node that sends nothing for long learns nothing of its clock: a key made ahead is an event as good as any.
  const comparing = setInterval(() => {
    if ((shared.clockOffset()?.ageMs ?? COMPARE_EVERY_MS) >= COMPARE_EVERY_MS) {
      keys.makeOne().catch(() => undefined);
    }
  }, COMPARE_EVERY_MS).unref();
  opened.defer(() => clearInterval(comparing));
  const { store, health, figures } = watchedStore(learningStore(shared, keys, owning.owners), () =>
    answersReads(shared),
  );
  return {
    address,
    store,
    health,
    figures,
    keys,
    following,
    registering,
    withKeys: act => keys.withKeys(act),
    upToDate: () => live.settled(),
    node: thisNode({
      nodeId,
      shared,
      keys,
      nodes: nodes.register,
      position: () => live.position(),
      onTaken(listener) {
        onTaken = listener;
      },
    }),
  };
}

/** `undefined` for the file in the data folder, which is made where it is missing; one named elsewhere never is. */
function configuredKeyFile({ dataFolder, masterKeyFile }: RecordsConfig): string | undefined {
  return resolve(masterKeyFile) === resolve(dataFolder, 'master.key') ? undefined : masterKeyFile;
}
