import { DatabaseSync } from 'node:sqlite';
import { v4 as uuidv4 } from 'uuid';
import type { CaseState } from '../../domain/case/case-state.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { lifecycleByName, lifecycles } from '../../domain/lifecycles.ts';
import { pendingTimers } from '../../domain/sla/timers.ts';
import { derivedUuid } from '../../src/engine/derived-uuid.ts';
import { timerRequest } from '../../src/engine/timer-request.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { agent, HOUR_MS, house, MONDAY, testClock } from '../engine/house.ts';

const DAY_MS = 24 * HOUR_MS;

/** A sequence of chances that is the same for the same seed (mulberry32). */
export function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function complaintLifecycle(): AnyLifecycle {
  const lifecycle = lifecycleByName('complaint');
  if (lifecycle === undefined) throw new Error('there is no complaint lifecycle');
  return lifecycle;
}

interface Body {
  readonly streamId: string;
  readonly revision: number;
  readonly body: string;
  /** The first of a decision. */
  readonly begins: boolean;
  /** Ids in it that follow from the case's and a command's: another case has others. */
  readonly derived: readonly DerivedId[];
}
interface DerivedId {
  readonly id: string;
  readonly commandId: string;
  readonly count: number;
}

/** More than any command makes. */
const MOST_DERIVED = 8;

/** Lives of complaints as the engine really writes them: opened, answered or not, warned, breached, closed. */
async function templates(
  count: number,
  random: () => number,
  sealed: boolean,
): Promise<readonly (readonly Body[])[]> {
  const lifecycle = complaintLifecycle();
  const clock = testClock();
  const { handler, store } = house({ clock, parts: { lifecycles } });
  const lives: (readonly Body[])[] = [];
  for (let index = 0; index < count; index++) {
    clock.at = MONDAY + Math.floor(random() * 200) * DAY_MS + Math.floor(random() * 8) * HOUR_MS;
    const give = async (type: string, data: object, caseId?: string): Promise<string | undefined> => {
      const definition = lifecycle.commands[type];
      const parsed: unknown = definition?.schema.parse(data);
      const outcome = await handler.handle({
        lifecycle,
        ...(caseId === undefined ? {} : { caseId }),
        command: { type, data: JSON.parse(JSON.stringify(parsed)) },
        actor: agent({ roles: ['agent', 'lead', 'qa'] }),
        commandId: uuidv4(),
        keyed: false,
        correlationId: uuidv4(),
      });
      return outcome.outcome === 'accepted' ? outcome.caseId : undefined;
    };
    const caseId = await give('receive', opening(random));
    if (caseId === undefined) throw new Error('a complaint was not taken');
    const pass = (hours: number) => letPass(handler, lifecycle, caseId, clock, hours * HOUR_MS, store.logId);
    await pass(1 + random() * 6);
    await give('acknowledge', { channel: 'email', automatic: true }, caseId);
    await give('assign', { assigneeId: uuidv4() }, caseId);
    await pass(random() * 30);
    await give('classify', { items: [classification(random)] }, caseId);
    await give(
      'recordMessage',
      { direction: 'inbound', channel: 'phone', chase: true, text: '请尽快答复' },
      caseId,
    );
    const nextNewsAt = clock.at + DAY_MS;
    const reply = { channel: 'email', understood: '已收到样品', nextStep: '质检', nextNewsAt };
    await give('sendPreliminaryReply', reply, caseId);
    if (random() < 0.3) {
      await give('pauseClock', { reason: 'awaitingCustomer' }, caseId);
      await pass(random() * 100);
      await give('recordMessage', { direction: 'inbound', channel: 'email', text: '补充照片' }, caseId);
    }
    await pass(random() * 160);
    const items = [{ outcome: 'accepted', cause: '电镀层过薄' }];
    await give('communicateDecision', { channel: 'email', items, appeal: '七日内可提出异议' }, caseId);
    await pass(random() * 160);
    await give('close', {}, caseId);
    const events = await store.readStream(`complaint-${caseId}`);
    const commandIds = [...new Set(events.map(({ metadata }) => metadata.commandId))];
    const ids = commandIds.flatMap(commandId =>
      Array.from({ length: MOST_DERIVED }, (_, count) => ({
        id: derivedUuid(`${caseId}/${count}`, commandId),
        commandId,
        count,
      })),
    );
    lives.push(
      events.map(({ position: _place, ...event }) => {
        const body = JSON.stringify(sealed ? event : { ...event, sealed: [] });
        const derived = ids.filter(({ id }) => body.includes(id));
        const begins = event.metadata.command !== undefined;
        return { streamId: event.streamId, revision: event.revision, body, begins, derived };
      }),
    );
  }
  return lives;
}

async function letPass(
  handler: ReturnType<typeof house>['handler'],
  lifecycle: AnyLifecycle,
  caseId: string,
  clock: { at: number },
  ms: number,
  logId: string,
): Promise<void> {
  const until = clock.at + Math.floor(ms);
  for (;;) {
    const state: CaseState | undefined = (await handler.load(lifecycle, caseId))?.state;
    const due = state === undefined ? [] : pendingTimers(state).filter(t => t.at <= until);
    const next = due.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined) break;
    clock.at = Math.max(clock.at, next.at);
    await handler.handle(timerRequest(logId, lifecycle, caseId, next));
  }
  clock.at = until;
}

function opening(random: () => number): object {
  return {
    kind: 'product',
    complainant: { name: `宁波服饰有限公司 ${Math.floor(random() * 500)}` },
    channel: 'email',
    siteRegion: 'mainland',
    items: [
      {
        product: { code: `5#N-${Math.floor(random() * 200)}`, name: '5号尼龙拉链' },
        bulkOrder: `DH${Math.floor(random() * 1e6)}`,
        delivered: { value: 20_000, unit: 'piece' },
        defective: { value: 1 + Math.floor(random() * 900), unit: 'piece' },
        whereFound: 'production',
      },
    ],
    description: '拉头在水洗后脱落,客户要求返工或换货。 Sliders come off after washing.',
    remedySought: ['replacement'],
  };
}

function classification(random: () => number): object {
  const department = ['production', 'dyeing', 'electroplating', 'purchasing', 'logistics'][
    Math.floor(random() * 5)
  ];
  return {
    responsibleParty: { kind: 'department', code: department },
    defectCategory: ['sliderDetaches', 'teethMissing', 'colourDeviation', 'wrongLength'][
      Math.floor(random() * 4)
    ],
    severity: 'major',
  };
}

const TEMPLATES = 200;

/**
 * Writes a log of about `events` events of complaints into a new file: lives as the engine wrote them once, each
 * again and again under ids of its own, many cases open at the same time.
 * @param sealed false: without the sealed personal data, whose keys a service that opens this log would look for
 * @returns how many events and cases it holds
 */
export async function writeBigLog(
  path: string,
  events: number,
  { seed = 1, sealed = true }: { readonly seed?: number; readonly sealed?: boolean } = {},
): Promise<{ events: number; cases: number }> {
  const random = chances(seed);
  const lives = await templates(TEMPLATES, random, sealed);
  const store = await openSqliteStore({ path, clock: { now: Date.now } });
  await store.close();
  const db = new DatabaseSync(path);
  db.exec('PRAGMA synchronous = OFF; BEGIN');
  const insert = db.prepare('INSERT INTO events (stream_id, revision, body) VALUES (?, ?, ?)');
  let written = 1;
  let cases = 0;
  // A window of cases goes on side by side, as in a house: each turn one of them has its next event.
  const open: { life: readonly Body[]; next: number; from: string; to: string }[] = [];
  const write = (one: (typeof open)[number], body: Body): void => {
    let text = body.body.replaceAll(one.from, one.to);
    for (const { id, commandId, count } of body.derived) {
      text = text.replaceAll(id, derivedUuid(`${one.to}/${count}`, commandId));
    }
    insert.run(`complaint-${one.to}`, body.revision, text);
    one.next++;
    written++;
  };
  while (written < events) {
    if (open.length < 2000) {
      const life = lives[Math.floor(random() * lives.length)] ?? [];
      const from = (life[0]?.streamId ?? '').slice('complaint-'.length);
      open.push({ life, next: 0, from, to: uuidv4() });
      cases++;
    }
    const at = Math.floor(random() * open.length);
    const one = open[at];
    const body = one?.life[one.next];
    if (one === undefined || body === undefined) {
      open.splice(at, 1);
      continue;
    }
    write(one, body);
    if (written % 50_000 === 0) db.exec('COMMIT; BEGIN');
  }
  // No decision is cut off in its middle: nothing that the engine writes is.
  for (const one of open) {
    for (let body = one.life[one.next]; body?.begins === false; body = one.life[one.next]) write(one, body);
  }
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  return { events: written, cases };
}
