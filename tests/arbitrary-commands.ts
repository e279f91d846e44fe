import fc from 'fast-check';
import { expect } from 'vitest';
import { z } from 'zod';
import { type Actor, roleSchema } from '../domain/case/actor.ts';
import type { CaseState } from '../domain/case/case-state.ts';
import type { CommandDefinitions, EventDefinitions } from '../domain/case/event-definition.ts';
import { type Lifecycle, type LinkedCase, registered } from '../domain/case/lifecycle.ts';
import { instantSchema, uuidSchema } from '../domain/log/envelope.ts';
import { personalFields } from '../domain/log/personal.ts';
import { at, given, idOf, ids, person, type Story, system } from './given-when-then.ts';

const DAY_MS = 86_400_000;

/** Numbers to choose by: as long as they last, anything may happen. */
export const anyNumbers = fc.array(fc.nat(999_999), { minLength: 100, maxLength: 1_500, size: 'max' });

class Choices {
  readonly #numbers: readonly number[];
  #next = 0;
  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }
  get over(): boolean {
    return this.#next >= this.#numbers.length;
  }
  /** One of 0 … count − 1. */
  below(count: number): number {
    return (this.#numbers[this.#next++] ?? 0) % count;
  }
  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }
}

/** What values are made of: a case's own ids and revisions make commands that are likely to hit something. */
interface Surroundings {
  readonly now: number;
  readonly ids: readonly string[];
  readonly texts: readonly string[];
  readonly revision: number;
}

/** A value for a schema of commands; `undefined` where a field is left out. The schema has the last word. */
function madeOf(schema: z.core.$ZodType, choices: Choices, around: Surroundings): unknown {
  const { core } = z;
  const of = (part: z.core.$ZodType) => madeOf(part, choices, around);
  if (personalFields.get(schema) !== undefined) return PERSONAL;
  if (schema === instantSchema) return around.now - choices.below(30) * (DAY_MS / 6);
  if (schema === uuidSchema) return choices.one(around.ids);
  if (schema instanceof core.$ZodOptional || schema instanceof core.$ZodDefault) {
    return choices.below(3) === 0 ? of(schema._zod.def.innerType) : undefined;
  }
  if (schema instanceof core.$ZodObject) {
    const fields = Object.entries<z.core.$ZodType>(schema._zod.def.shape);
    const made = fields.map(([key, field]) => [key, of(field)] as const);
    return Object.fromEntries(made.filter(([, value]) => value !== undefined));
  }
  if (schema instanceof core.$ZodArray) {
    return Array.from({ length: 1 + choices.below(2) }, () => of(schema._zod.def.element));
  }
  if (schema instanceof core.$ZodUnion) {
    // The literals of a personal field are what an erased value reads as: nobody sends them.
    const options = schema._zod.def.options.filter(option => !(option instanceof core.$ZodLiteral));
    return of(choices.one(options.length > 0 ? options : schema._zod.def.options));
  }
  if (schema instanceof core.$ZodEnum) return choices.one(Object.values(schema._zod.def.entries));
  if (schema instanceof core.$ZodLiteral) return choices.one(schema._zod.def.values);
  if (schema instanceof core.$ZodBoolean) return choices.below(2) === 0;
  if (schema instanceof core.$ZodNumber) {
    const numbers = Array.from({ length: around.revision + 3 }, (_, n) => n);
    return choices.one(numbers.filter(n => z.safeParse(schema, n).success));
  }
  if (schema instanceof core.$ZodString) {
    return choices.one(around.texts.filter(text => z.safeParse(schema, text).success));
  }
  // Any JSON: what a correction puts in place.
  const { now } = around;
  return choices.one<unknown>([
    now - 2 * DAY_MS,
    choices.one(around.ids),
    'idea',
    '5VS',
    { name: 'Other' },
    null,
  ]);
}

/** Every personal value of these commands: it must be found in no state and no rejection. */
const PERSONAL = 'zhang-san@personal.example';

/** Ends of which there are enough without being likely. */
const FINAL: readonly string[] = ['voidEntry', 'withdraw', 'mergeInto', 'closeWithoutAgreement'];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const SURVIVOR = idOf(0x5a);
const TEXTS = ['a', '2026-03-01', 'image/png', '0'.repeat(64), 'CNY', 'receivedAt'];

/**
 * Gives a case commands of all kinds, possible and impossible ones, by everybody who may, while time goes on and
 * timers fire. None may throw; what is decided must be what its schema says; and what is called possible must not be
 * refused as impossible.
 * @param words texts that mean something to the lifecycle: fields, steps
 * @param holds what must be true of every story, after each step
 * @returns the commands that were accepted
 */
export function surviveAnything<
  S extends CaseState,
  C extends CommandDefinitions,
  E extends EventDefinitions,
>(
  lifecycle: Lifecycle<S, C, E>,
  numbers: readonly number[],
  words: readonly string[] = [],
  holds: (story: Story<S, C, E>) => void = () => {},
): ReadonlySet<string> {
  const choices = new Choices(numbers);
  const { commands } = registered(lifecycle);
  const texts = [...TEXTS, ...words];
  const accepted = new Set<string>();
  let now = at('2026-01-28 09:00');
  let story = given(lifecycle, { linkedCase: survivorOf(lifecycle.name, now) });
  while (!choices.over) {
    now += choices.below(8) * (DAY_MS / 8);
    if (choices.below(3) > 0) story = story.passed(now);
    const around = { now, texts, revision: story.revision, ids: knownIds(story.state) };
    const { possible } = story;
    const type = choices.one(choices.below(5) > 0 ? possible : Object.keys(commands));
    const definition = commands[type];
    if (definition === undefined) throw new Error(`${type} is possible, and there is no such command`);
    if (FINAL.includes(type) && choices.below(8) > 0) continue;
    const parsed = definition.schema.safeParse(madeOf(definition.schema, choices, around));
    if (!parsed.success) continue;
    const by = somebody(choices, roleSchema.parse(choices.one(definition.roles)));
    // Parsed by a command's schema, whose fields are JSON.
    const command = { type, data: parsed.data as Parameters<typeof story.tried>[0]['data'] };
    const { decision, next } = story.tried(command, by, now);
    expect(
      JSON.stringify([next.state, decision.outcome === 'rejected' ? decision.details : []]),
    ).not.toContain(PERSONAL);
    if (decision.outcome === 'accepted') accepted.add(type);
    else if (possible.includes(type)) expect(['notPossibleNow', 'caseEnded']).not.toContain(decision.reason);
    story = next;
    holds(story);
  }
  return accepted;
}

function somebody(choices: Choices, role: Actor['role']): Actor {
  if (role === 'system') return system;
  return person(0x30 + choices.below(3), role, {
    teamId: ids.team,
    roles: choices.below(3) === 0 ? [role, 'lead'] : [role],
  });
}

function knownIds(state: CaseState): readonly string[] {
  const own = JSON.stringify(state).match(UUID) ?? [];
  return [ids.team, ids.case, SURVIVOR, idOf(0x30), ...new Set(own)].slice(0, 60);
}

function survivorOf(lifecycle: string, receivedAt: number): LinkedCase {
  return { caseId: SURVIVOR, lifecycle, revision: 1, phase: 'open', receivedAt, clocks: [], takenOver: [] };
}
