import { serveLocalSocket } from '../../../src/store/local-socket.ts';

// Serves the folder of its argument until it is killed.
await serveLocalSocket(process.argv[2] ?? '', (method, _, emit) => {
  emit('begun');
  return method === 'wait' ? new Promise(() => {}) : Promise.resolve(process.pid);
});
console.log('listening');
