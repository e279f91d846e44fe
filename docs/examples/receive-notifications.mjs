// A receiver of notifications: checks the signature, drops what it has had, and answers before it goes on.
// SECRET=whsec_… PORT=8080 node receive-notifications.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const key = Buffer.from(process.env.SECRET.replace(/^whsec_/, ''), 'base64');
const FIVE_MINUTES_S = 300;
const MOST_BYTES = 64 * 1024;

/** Ids that were dealt with. In earnest: a unique column in the same transaction as what is done about the message. */
const seen = new Set();

function isGenuine({ headers }, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) < FIVE_MINUTES_S)) return false;
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures
    .split(' ')
    .filter(each => each.startsWith('v1,'))
    .map(each => Buffer.from(each.slice('v1,'.length), 'base64'))
    .some(each => each.length === expected.length && timingSafeEqual(each, expected));
}

createServer(async (request, reply) => {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return reply.writeHead(413, { connection: 'close' }).end();
    chunks.push(chunk);
  }
  // The bytes as they came: written anew, JSON has another signature.
  const body = Buffer.concat(chunks);
  if (!isGenuine(request, body)) return reply.writeHead(401).end();
  const { id, type, data } = JSON.parse(body);
  if (!seen.has(id)) {
    seen.add(id);
    const about = data.caseNumber ?? data.caseId;
    console.log(`${type} to ${data.to.userId ?? data.to.contactId ?? data.to.role}: ${about}`);
  }
  reply.writeHead(204).end();
}).listen(Number(process.env.PORT ?? 8080), '127.0.0.1', function () {
  console.log(`listening at http://127.0.0.1:${this.address().port}/`);
});
