import { z } from 'zod';
import { type CaseState, noCase } from '../../domain/case/case-state.ts';
import { accept, reject } from '../../domain/case/decision.ts';
import type { CommandOf, EventOf } from '../../domain/case/event-definition.ts';
import { type AnyLifecycle, defineLifecycle, registered } from '../../domain/case/lifecycle.ts';
import { instantSchema, uuidSchema } from '../../domain/log/envelope.ts';
import { personal } from '../../domain/log/personal.ts';
import { breachClock, escalateClock, warnClock } from '../../domain/sla/breaching.ts';
import { evolveClocks } from '../../domain/sla/clock.ts';
import { slaEvents } from '../../domain/sla/events.ts';
import { meetClock, startClock } from '../../domain/sla/promises.ts';
import { pendingTimers, TIMER_KINDS } from '../../domain/sla/timers.ts';
import { unreachable } from '../../domain/unreachable.ts';

/**
 * The smallest lifecycle that has everything the engine deals with: a parcel that was lost. Its one promise is the
 * `firstReply` of complaints, within 24 hours.
 */
const text = personal(z.string().min(1).max(2000));

const commands = {
  open: {
    summary: 'A parcel is missed',
    roles: ['agent', 'customer', 'system'],
    schema: z.strictObject({
      label: z.string().min(1).max(60),
      description: text.optional(),
      ownerId: uuidSchema.optional(),
      ownerName: personal(z.string().max(60), 'ownerId').optional(),
      receivedAt: instantSchema.optional(),
    }),
  },
  note: { summary: 'Write a note', roles: ['agent', 'lead'], schema: z.strictObject({ text }) },
  /** Writes three events at once. */
  search: { summary: 'Search the depots', roles: ['agent', 'system'], schema: z.strictObject({}) },
  reply: { summary: 'Reply', roles: ['agent'], schema: z.strictObject({}) },
  ask: { summary: 'Ask the heads', roles: ['agent'], schema: z.strictObject({}) },
  inspect: { summary: 'Needs a qualification', roles: ['agent'], schema: z.strictObject({}) },
  mergeInto: { summary: 'Merge', roles: ['agent'], schema: z.strictObject({ survivorId: uuidSchema }) },
  absorb: {
    summary: 'Take over',
    roles: ['system'],
    schema: z.strictObject({ loserId: uuidSchema, label: z.string() }),
  },
  misbehave: {
    summary: 'A bug',
    roles: ['agent'],
    schema: z.strictObject({ how: z.enum(['malformed', 'unfoldable']) }),
  },
  close: { summary: 'Close', roles: ['lead', 'agent'], schema: z.strictObject({}) },
  fireTimer: {
    summary: 'Time passes',
    roles: ['system'],
    schema: z.strictObject({
      name: z.string(),
      cycle: z.int(),
      kind: z.enum(TIMER_KINDS),
      key: z.string(),
      armedRevision: z.int(),
      at: instantSchema,
    }),
  },
} as const;

const v1 = <T extends z.ZodRawShape>(shape: T) => ({ schemaVersion: 1, schema: z.object(shape) });
const events = {
  ...slaEvents,
  ParcelMissed: v1({ ...commands.open.schema.shape, parcelId: uuidSchema }),
  ParcelNoted: v1({ noteId: uuidSchema, text }),
  DepotSearched: v1({ depot: z.int() }),
  HeadsAsked: v1({ heads: z.array(uuidSchema) }),
  ParcelInspected: v1({}),
  ParcelMerged: v1({ survivorId: uuidSchema, survivorPhase: z.string() }),
  ParcelAbsorbed: v1({ loserId: uuidSchema, label: z.string() }),
  ParcelClosed: v1({}),
};

export interface ParcelState extends CaseState {
  readonly label: string;
  readonly notes: number;
  readonly depots: number;
  readonly absorbed: readonly string[];
}
type Command = CommandOf<typeof commands>;
type ParcelEvent = EventOf<typeof events>;

const initial: ParcelState = { ...noCase, label: '', notes: 0, depots: 0, absorbed: [] };

const definition = defineLifecycle<ParcelState, typeof commands, typeof events>({
  name: 'complaint',
  collection: 'parcels',
  category: 'parcel',
  numberPrefix: 'PCL',
  deciderVersion: 1,
  opens: ['open'],
  promises: ['firstReply'],
  commands,
  events,
  initial,
  decide(command: Command, state, context) {
    const owner = { lifecycle: 'complaint', facts: { priority: 'normal' } } as const;
    const at = context.now;
    if (command.type !== 'open' && state.phase === 'none') return reject('noSuchCase');
    if (state.phase === 'closed' && command.type !== 'fireTimer')
      return reject('alreadyClosed', { closed: true });
    switch (command.type) {
      case 'open': {
        if (state.phase !== 'none') return reject('alreadyOpen');
        if (command.data.label === 'nothing') return reject('nothingLost', { label: command.data.label });
        const receivedAt = command.data.receivedAt ?? at;
        return accept<ParcelEvent>(
          {
            type: 'ParcelMissed',
            data: { ...command.data, receivedAt, parcelId: context.newId() },
            occurredAt: receivedAt,
          },
          ...startClock(context, owner, state.clocks, 'firstReply', receivedAt),
        );
      }
      case 'note':
        return accept<ParcelEvent>({
          type: 'ParcelNoted',
          data: { noteId: context.newId(), text: command.data.text },
          occurredAt: at,
        });
      case 'search':
        return accept<ParcelEvent>(
          ...[1, 2, 3].map(depot => ({ type: 'DepotSearched' as const, data: { depot }, occurredAt: at })),
        );
      case 'reply':
        return accept<ParcelEvent>(
          { type: 'ParcelNoted', data: { noteId: context.newId(), text: 'replied' }, occurredAt: at },
          ...meetClock(
            context,
            owner,
            state.clocks.find(c => c.clock === 'firstReply'),
            at,
          ),
        );
      case 'ask':
        return accept<ParcelEvent>({
          type: 'HeadsAsked',
          data: { heads: [...context.organisation.heads] },
          occurredAt: at,
        });
      case 'inspect': {
        const qualified = context.actor.qualifications.some(q => q.validUntil >= at);
        if (!qualified) return reject('notQualified', { needs: 'remoteJudgement' });
        return accept<ParcelEvent>({ type: 'ParcelInspected', data: {}, occurredAt: at });
      }
      case 'mergeInto': {
        const { linkedCase } = context;
        if (linkedCase === undefined)
          return reject('noSuchSurvivor', { survivorId: command.data.survivorId });
        return accept<ParcelEvent>({
          type: 'ParcelMerged',
          data: { survivorId: linkedCase.caseId, survivorPhase: linkedCase.phase },
          occurredAt: at,
        });
      }
      case 'absorb':
        if (state.absorbed.includes(command.data.loserId)) return reject('absorbedBefore');
        return accept<ParcelEvent>({ type: 'ParcelAbsorbed', data: command.data, occurredAt: at });
      case 'misbehave':
        return accept<ParcelEvent>({
          type: 'DepotSearched',
          data: { depot: command.data.how === 'malformed' ? 0.5 : -1 },
          occurredAt: at,
        });
      case 'close':
        return accept<ParcelEvent>({ type: 'ParcelClosed', data: {}, occurredAt: at });
      case 'fireTimer': {
        const { data } = command;
        const timer = pendingTimers(state).find(
          t =>
            t.kind === data.kind &&
            t.key === data.key &&
            t.cycle === data.cycle &&
            t.armedRevision === data.armedRevision,
        );
        const clock = state.clocks.find(c => c.clock === data.name && c.cycle === data.cycle);
        if (timer === undefined || clock === undefined) return accept<ParcelEvent>();
        if (timer.at > at) return reject('timerNotDue', { at: timer.at });
        switch (timer.kind) {
          case 'warn':
            return accept<ParcelEvent>(
              ...warnClock(
                context,
                owner,
                clock,
                timer.key === 'closedTime' ? 'closedTime' : Number(timer.key),
              ),
            );
          case 'breach':
            return accept<ParcelEvent>(...breachClock(context, owner, clock));
          case 'escalate':
            return accept<ParcelEvent>(...escalateClock(context, owner, clock));
          default:
            return accept<ParcelEvent>();
        }
      }
      default:
        return unreachable(command);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'ParcelMissed':
        return { ...state, phase: 'missed', label: event.data.label, receivedAt: event.data.receivedAt ?? 0 };
      case 'ParcelNoted':
        return { ...state, notes: state.notes + 1 };
      case 'DepotSearched':
        if (event.data.depot < 0) throw new Error('no such depot');
        return { ...state, depots: state.depots + 1 };
      case 'ParcelAbsorbed':
        return { ...state, absorbed: [...state.absorbed, event.data.loserId] };
      case 'ParcelMerged':
        return { ...state, phase: 'merged' };
      case 'ParcelClosed':
        return { ...state, phase: 'closed' };
      case 'HeadsAsked':
      case 'ParcelInspected':
        return state;
      default:
        return { ...state, clocks: evolveClocks(state.clocks, event) };
    }
  },
  linkedCaseOf: command => (command.type === 'mergeInto' ? command.data.survivorId : undefined),
  summarize: state => ({
    phase: state.phase,
    priority: state.priority,
    receivedAt: state.receivedAt,
    teamId: state.teamId,
    closed: state.phase === 'closed',
  }),
  possible: state => (state.phase === 'closed' ? [] : ['note', 'search', 'close']),
});

export const parcel: AnyLifecycle = registered(definition);
