import { startFakeServer } from '../../eventstoredb/fake-server.ts';

/** The tests' server of EventStoreDB's protocol in a process of its own; ends with its standard input. */
const { connectionString, close } = await startFakeServer();
console.log(connectionString);
process.stdin.resume();
process.stdin.on('end', async () => {
  await close();
  process.exit(0);
});
