import { createMemoryKeyStore } from '../../src/privacy/memory-key-store.ts';
import { keyStoreContract } from '../contract/key-store.ts';

keyStoreContract('in memory', createMemoryKeyStore);
