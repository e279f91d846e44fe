import fc from 'fast-check';
import { v4 as uuidv4 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { aggregates } from '../../domain/aggregates.ts';
import { accept, reject } from '../../domain/case/decision.ts';
import type { AnyLifecycle } from '../../domain/case/lifecycle.ts';
import { lifecycles } from '../../domain/lifecycles.ts';
import { SEALED } from '../../domain/log/personal.ts';
import { agent, HOUR_MS } from '../engine/house.ts';
import { parcel } from '../engine/parcel-lifecycle.ts';
import { recheckHouse } from './recheck-house.ts';

const ids = fc.uuid({ version: 4 });
const act = fc.oneof(
  fc.record({
    type: fc.constantFrom('note', 'search', 'reply', 'ask', 'inspect', 'close', 'mergeInto'),
    qualified: fc.boolean(),
  }),
  fc.record({ type: fc.constant('fireTimer'), qualified: fc.boolean() }),
  fc.record({ type: fc.constant('pass'), qualified: fc.boolean() }),
);

/** A parcel that was opened, noted on, inspected in vain, answered and closed, and a note that came too late. */
async function parcelWithHistory() {
  const house = await recheckHouse();
  const caseId = await house.open({ description: 'Paket für Frau Lindqvist' });
  const give = (type: string, data: Record<string, string> = {}) => house.send({ type, data }, { caseId });
  await give('note', { text: 'called Frau Lindqvist' });
  await give('inspect');
  house.clock.at += 30 * HOUR_MS;
  await house.fireTimers(caseId);
  await give('reply');
  await give('close');
  await give('note', { text: 'too late' });
  return { ...house, caseId };
}

/** The parcel's rules, of which one decides differently. */
function changed(decide: AnyLifecycle['decide'], more: Partial<AnyLifecycle> = {}): AnyLifecycle {
  return { ...parcel, decide, ...more };
}
const notesAreRefused = changed((command, state, context) =>
  command.type === 'note' ? reject('noNotes', { at: context.now }) : parcel.decide(command, state, context),
);

describe('a recheck by the rules that decided', () => {
  it('finds that every command, rejected ones too, comes to the same', async () => {
    const { run } = await parcelWithHistory();
    const { commands, verdicts, findings } = await run();
    expect(findings).toEqual([]);
    expect(verdicts).toEqual({ match: commands, explained: 0, diverged: 0, notReplayable: 0 });
    // open, note, two warnings, the breach, reply, close; and inspect and the late note, which were refused.
    expect(commands).toBeGreaterThanOrEqual(7);
  });

  it('does so of what an older version kept in clear and today seals', async () => {
    const house = await recheckHouse();
    const caseId = await house.open({});
    const noted = parcel.events['ParcelNoted']?.schema.extend({ text: z.string() });
    const note = parcel.commands['note'];
    if (noted === undefined || note === undefined) throw new Error('parcels are not noted');
    const inClear: AnyLifecycle = {
      ...parcel,
      events: { ...parcel.events, ParcelNoted: { schemaVersion: 1, schema: noted } },
      commands: { ...parcel.commands, note: { ...note, schema: z.strictObject({ text: z.string() }) } },
    };
    await house.send({ type: 'note', data: { text: 'in clear' } }, { caseId, lifecycle: inClear });
    expect((await house.stream(caseId)).at(-1)?.data.text).toBe('in clear');
    expect((await house.run()).findings).toEqual([]);
  });

  it('does so for every history', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 20 }), ids, async (acts, somebody) => {
        const house = await recheckHouse();
        const other = await house.open({ label: 'other' });
        const caseId = await house.open({ description: 'lost' });
        for (const { type, qualified } of acts) {
          if (type === 'pass') house.clock.at += 9 * HOUR_MS;
          else if (type === 'fireTimer') await house.fireTimers(caseId);
          else {
            const validUntil = house.clock.at + HOUR_MS;
            const qualifications = qualified ? [{ name: 'remoteJudgement' as const, validUntil }] : [];
            const data =
              type === 'note'
                ? { text: 'a word' }
                : type === 'mergeInto'
                  ? { survivorId: qualified ? other : somebody }
                  : {};
            await house.send({ type, data }, { caseId, actor: agent({ qualifications }) });
          }
        }
        const { findings, verdicts } = await house.run();
        expect(findings).toEqual([]);
        expect(verdicts.match).toBeGreaterThan(1);
      }),
      { numRuns: 40 },
    );
  });

  it('needs no keys: personal values stay sealed', async () => {
    const { run, keys, caseId } = await parcelWithHistory();
    await keys.eraseSubject(caseId);
    expect((await run()).verdicts.diverged).toBe(0);
  });

  it('looks at commands that were decided in a period, both ends included, and no others', async () => {
    const { run, stream, caseId } = await parcelWithHistory();
    const events = await stream(caseId);
    const at = events.at(-1)?.metadata.decidedAt;
    const { commands, verdicts } = await run(parcel, { from: at, to: at });
    expect(commands).toBe(verdicts.match);
    // What was decided then: the timers, the reply, the closing, and the late note.
    expect(commands).toBe(
      new Set(events.filter(e => e.metadata.decidedAt === at).map(e => e.metadata.commandId)).size + 1,
    );
    expect((await run(parcel, { from: Number(at) + 1 })).commands).toBe(0);
  });

  it('looks at one lifecycle where one is asked for', async () => {
    const { run } = await parcelWithHistory();
    expect((await run(parcel, { lifecycle: 'user' })).commands).toBe(0);
    expect((await run(parcel, { lifecycle: parcel.name })).commands).toBeGreaterThan(5);
  });
});

describe('a rule that was changed without a word', () => {
  it('is caught, with both results side by side', async () => {
    const { run, stream, caseId } = await parcelWithHistory();
    const { findings, verdicts } = await run(notesAreRefused);
    const note = (await stream(caseId)).find(event => event.type === 'ParcelNoted');
    expect(verdicts.diverged).toBe(2);
    expect(findings).toMatchObject([
      {
        verdict: 'diverged',
        eventId: note?.eventId,
        revision: note?.revision,
        command: 'note',
        written: { outcome: 'accepted', events: [{ type: 'ParcelNoted', data: { text: SEALED } }] },
        today: { outcome: 'rejected', reason: 'noNotes' },
      },
      {
        verdict: 'diverged',
        streamId: `rejection-${caseId}`,
        command: 'note',
        written: { outcome: 'rejected', reason: 'alreadyClosed', details: { closed: true } },
        today: { outcome: 'rejected', reason: 'noNotes' },
      },
    ]);
  });

  it('is caught where it takes what was refused', async () => {
    const { run, caseId } = await parcelWithHistory();
    const lenient = changed((command, state, context) =>
      command.type === 'inspect'
        ? accept({ type: 'ParcelInspected', data: {}, occurredAt: context.now })
        : parcel.decide(command, state, context),
    );
    const { findings } = await run(lenient);
    expect(findings).toMatchObject([
      {
        verdict: 'diverged',
        streamId: `rejection-${caseId}`,
        command: 'inspect',
        written: { outcome: 'rejected', reason: 'notQualified' },
        today: { outcome: 'accepted' },
      },
    ]);
  });

  it('is caught where only an instant in an event differs', async () => {
    const { run } = await parcelWithHistory();
    const later = changed((command, state, context) => {
      const decision = parcel.decide(command, state, context);
      return decision.outcome === 'accepted' && command.type === 'close'
        ? { ...decision, events: decision.events.map(e => ({ ...e, occurredAt: e.occurredAt + 1 })) }
        : decision;
    });
    expect((await run(later)).findings).toMatchObject([{ verdict: 'diverged', command: 'close' }]);
  });

  it('is caught where it breaks', async () => {
    const { run } = await parcelWithHistory();
    const broken = changed((command, state, context) => {
      if (command.type === 'close') throw new RangeError('of course');
      return parcel.decide(command, state, context);
    });
    expect((await run(broken)).findings).toMatchObject([
      {
        verdict: 'diverged',
        command: 'close',
        today: { outcome: 'threw', message: 'RangeError: of course' },
      },
    ]);
  });

  it('is not told from what a refusal lists as possible', async () => {
    const { run } = await parcelWithHistory();
    expect((await run({ ...parcel, possible: () => ['dance'] })).findings).toEqual([]);
  });
});

describe('a rule that was changed with an entry', () => {
  const version = (commands: readonly string[]): Partial<AnyLifecycle> => ({
    deciderVersion: 2,
    deciderChanges: [{ version: 2, commands, why: 'notes are taken elsewhere' }],
  });

  it('is explained where the entry names the command', async () => {
    const { run } = await parcelWithHistory();
    const { findings, verdicts } = await run({ ...notesAreRefused, ...version(['note']) });
    expect(verdicts.diverged).toBe(0);
    expect(findings).toMatchObject([
      { verdict: 'explained', command: 'note', why: 'version 2: notes are taken elsewhere', today: {} },
      { verdict: 'explained', command: 'note', written: { outcome: 'rejected' }, today: {} },
    ]);
  });

  it('is caught where the entry names another command', async () => {
    const { run } = await parcelWithHistory();
    const { verdicts } = await run({ ...notesAreRefused, ...version(['close']) });
    expect(verdicts).toMatchObject({ diverged: 2, explained: 0 });
  });

  it('is caught where the version was not raised', async () => {
    const { run } = await parcelWithHistory();
    const { verdicts } = await run({ ...notesAreRefused, ...version(['note']), deciderVersion: 1 });
    expect(verdicts).toMatchObject({ diverged: 2, explained: 0 });
  });
});

describe('what cannot be decided again', () => {
  it('is told with the reason: a command that there is no more', async () => {
    const { run } = await parcelWithHistory();
    const { note: _gone, ...commands } = parcel.commands;
    const { findings } = await run({ ...parcel, commands });
    expect(findings.every(({ verdict }) => verdict === 'notReplayable')).toBe(true);
    expect(findings.map(({ why }) => why)).toContain('this release has no command note of complaint');
  });

  it('is told with the reason: rules of a newer release', async () => {
    const { run, store, caseId } = await parcelWithHistory();
    const [last] = (await store.readStream(`parcel-${caseId}`)).slice(-1);
    if (last === undefined) throw new Error('no event');
    const { position: _place, streamId, revision, ...event } = last;
    const commandId = uuidv4();
    const metadata = {
      ...event.metadata,
      commandId,
      command: { type: 'close', data: {} },
      deciderVersion: 7,
    };
    await store.append(streamId, revision, [{ ...event, eventId: uuidv4(), metadata }]);
    expect((await run()).findings).toMatchObject([
      { verdict: 'notReplayable', why: 'it was decided by version 7 of the rules, and this release has 1' },
    ]);
  });

  it('is told with the reason: a stream that goes on after an event of a newer release', async () => {
    const { run, store, caseId } = await parcelWithHistory();
    const events = await store.readStream(`parcel-${caseId}`);
    const last = events.at(-1);
    if (last === undefined) throw new Error('no event');
    const { position: _place, streamId, revision, ...event } = last;
    const future = { ...event, eventId: uuidv4(), type: 'ParcelTeleported' };
    await store.append(streamId, revision, [
      { ...future, metadata: { ...event.metadata, commandId: uuidv4() } },
      {
        ...event,
        eventId: uuidv4(),
        metadata: { ...event.metadata, commandId: uuidv4(), command: { type: 'close', data: {} } },
      },
    ]);
    const told = {
      verdict: 'notReplayable',
      why: 'the stream holds ParcelTeleported v1, of a newer release',
    };
    expect((await run()).findings).toMatchObject([told, told]);
  });

  it('is told with the reason: another case that it rested on is not in the log', async () => {
    const { run, store, open, send } = await recheckHouse();
    const other = await open({ label: 'other' });
    const caseId = await open();
    await send({ type: 'mergeInto', data: { survivorId: other } }, { caseId });
    const readStream = store.readStream.bind(store);
    store.readStream = async (id, from) => (id === `parcel-${other}` ? [] : readStream(id, from));
    expect((await run()).findings).toMatchObject([
      { verdict: 'notReplayable', why: `parcel-${other}, which it rested on, has no revision 1` },
    ]);
  });
});

describe('raised versions of the rules', () => {
  it.each([...lifecycles, ...aggregates].map(each => [each.category, each] as const))(
    'of %s each have an entry that names commands that there are',
    (_category, { deciderVersion, deciderChanges = [], commands }) => {
      const versions = deciderChanges.map(({ version }) => version);
      expect(versions).toEqual(Array.from({ length: deciderVersion - 1 }, (_, index) => index + 2));
      for (const change of deciderChanges) {
        expect(change.commands.length).toBeGreaterThan(0);
        expect(Object.keys(commands)).toEqual(expect.arrayContaining([...change.commands]));
        expect(change.why).not.toBe('');
      }
    },
  );
});
