import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { v4 as uuidv4 } from 'uuid';
import type { Role } from '../../domain/case/actor.ts';
import { DEFAULT_TEAM_ID, SYSTEM_ACTOR_ID } from '../../domain/log/fixed-streams.ts';
import { user } from '../../domain/user/user.ts';
import { systemClock, type WallClock } from '../../src/clock.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { type House, openHouse } from '../../src/engine/open-house.ts';
import type { ApiRoute } from '../../src/http/api-route.ts';
import type { HttpEngine } from '../../src/http/engine-port.ts';
import { REDACTED_PATHS } from '../../src/http/request-log.ts';
import { buildHttp, type HttpServer } from '../../src/http/server.ts';

export interface Person {
  readonly userId: string;
  readonly token: string;
}

export interface HttpHouse extends HttpServer {
  readonly house: House;
  readonly config: Config;
  /** What was logged, a line of JSON each. */
  readonly lines: string[];
  /** A new user with these roles, and a token of theirs. */
  person(...roles: readonly Role[]): Promise<Person>;
  /** One more token of a user. */
  anotherToken(userId: string): Promise<string>;
  close(): Promise<void>;
}

export const STAFF_NAME = 'Wei Zhang-Testname';

/**
 * The real house behind the real interface, in a folder of its own; nothing listens. `engine` may stand between the
 * two, to break what a test wants broken.
 */
export async function httpHouse(
  settings: Readonly<Record<string, string>> = {},
  engine: (house: House) => HttpEngine = house => house,
  {
    clock = systemClock,
    moreRoutes = () => [],
  }: {
    readonly clock?: WallClock;
    readonly moreRoutes?: (house: House) => readonly ApiRoute[];
  } = {},
): Promise<HttpHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'redress-http-'));
  const config = loadConfig({ REDRESS_RATE_LIMIT: '0', ...settings, REDRESS_DATA: folder });
  const lines: string[] = [];
  const log = pino(
    { level: 'trace', redact: { paths: [...REDACTED_PATHS], censor: '[redacted]' } },
    { write: line => lines.push(line) },
  );
  const house = await openHouse(config, { clock, log });
  const server = await buildHttp(engine(house), config, log, moreRoutes(house));
  return {
    ...server,
    house,
    config,
    lines,
    person: (...roles) => newPerson(house, roles),
    anotherToken: userId => newToken(house, userId),
    async close() {
      await server.app.close();
      await house.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const asking = () => {
  const commandId = uuidv4();
  const actor = { id: SYSTEM_ACTOR_ID, role: 'system', via: 'cli' } as const;
  return { actor, commandId, keyed: false, correlationId: commandId };
};

async function newToken(house: House, userId: string): Promise<string> {
  const { token } = await house.people.issueToken({ userId, label: 'test' }, asking());
  if (token === undefined) throw new Error('no token');
  return token;
}

async function newPerson(house: House, roles: readonly Role[]): Promise<Person> {
  const made = await house.people.give(user, {
    ...asking(),
    command: {
      type: 'registerUser',
      data: user.commands.registerUser.schema.parse({ name: STAFF_NAME, roles, teamId: DEFAULT_TEAM_ID }),
    },
  });
  if (made.outcome !== 'accepted') throw new Error(`no user: ${made.outcome}`);
  return { userId: made.id, token: await newToken(house, made.id) };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends one request with a token, JSON both ways. */
export function asker(app: FastifyInstance, token?: string) {
  return async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT' | 'HEAD' | 'OPTIONS',
    url: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> => {
    const answer = await app.inject({
      method,
      url,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const isJson = /[/+]json/.test(String(answer.headers['content-type']));
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
      ),
      text: answer.payload,
      body: isJson && answer.payload !== '' ? answer.json() : {},
    };
  };
}
export type Ask = ReturnType<typeof asker>;

/** The least that a complaint needs. */
export const COMPLAINT = {
  kind: 'product',
  complainant: { name: 'Nanyang Garments' },
  channel: 'phone',
  siteRegion: 'province',
  description: 'The slider comes off after a few pulls.',
} as const;

/** Opens a complaint; its id. */
export async function receive(ask: Ask, more: object = {}): Promise<string> {
  const { status, body, text } = await ask('POST', '/v1/complaints', { ...COMPLAINT, ...more });
  if (status !== 201) throw new Error(`not received: ${text}`);
  return String(body.id);
}
