import { v4 as uuidv4 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { type AnyAggregate, aggregates } from '../../domain/aggregates.ts';
import { accept } from '../../domain/case/decision.ts';
import { erasure } from '../../domain/privacy/erasure.ts';
import { hold } from '../../domain/privacy/hold.ts';
import { recheck } from '../../src/audit/recheck.ts';
import type { Checked } from '../../src/audit/recheck-decision.ts';
import { createAggregateWriter } from '../../src/directory/aggregate-writer.ts';
import { createRejectionJournal } from '../../src/engine/rejection-journal.ts';
import { parcel } from '../engine/parcel-lifecycle.ts';
import { recheckHouse } from './recheck-house.ts';

/** A house whose small streams took commands, and refused two: an erasure to who asked for it, and a full stream. */
async function houseWithRefusals() {
  const { store, sealer, clock } = await recheckHouse();
  const log = { warn: (about: object) => expect.fail(JSON.stringify(about)) };
  const journal = createRejectionJournal({ store, sealer, clock, log });
  const directory = { appending: () => () => {} };
  const give = createAggregateWriter({ store, sealer, clock, directory, journal });
  const officer = uuidv4();
  const asking = () => {
    const commandId = uuidv4();
    const actor = { id: officer, role: 'privacyOfficer', via: 'http' } as const;
    return { actor, commandId, keyed: false, correlationId: commandId };
  };
  const [erasureId, holdId] = [uuidv4(), uuidv4()];
  const subjects = [{ kind: 'party', id: uuidv4() } as const];
  const note = 'Frau Lindqvist rief an';
  await give(erasure, {
    ...asking(),
    id: erasureId,
    command: {
      type: 'requestErasure',
      data: { userId: officer, subjects, ground: 'consentWithdrawn', note },
    },
  });
  await give(erasure, {
    ...asking(),
    id: erasureId,
    command: {
      type: 'approveErasure',
      data: { userId: officer, obstacles: { holds: [], openCases: [], activeUsers: [] } },
    },
  });
  await give(hold, {
    ...asking(),
    id: holdId,
    command: { type: 'placeHold', data: { subjects, ground: 'claim', reference: '2026/17' } },
  });
  const lift = { type: 'liftHold', data: {} } as const;
  await give(hold, { ...asking(), id: holdId, command: lift });
  await give(hold, { ...asking(), id: holdId, command: lift });

  const run = async (kinds: readonly AnyAggregate[] = aggregates, lifecycle?: string) => {
    const findings: Checked[] = [];
    const summary = await recheck(
      { log: store, lifecycles: [parcel], aggregates: kinds, onFinding: each => void findings.push(each) },
      lifecycle === undefined ? {} : { lifecycle },
    );
    return { ...summary, findings };
  };
  return { erasureId, holdId, run, store, give, asking, officer };
}

/** Today's kinds of streams, of which one decides otherwise. */
const withRule = (category: string, decide: AnyAggregate['decide']): AnyAggregate[] =>
  aggregates.map(each => (each.category === category ? { ...each, decide } : each));

describe('a refusal of a stream that is no case', () => {
  it('is in the journal, and comes to the same when it is decided again', async () => {
    const { run, store, erasureId, holdId } = await houseWithRefusals();
    const refused = [...(await store.readStream(`rejection-${erasureId}`))];
    refused.push(...(await store.readStream(`rejection-${holdId}`)));
    expect(refused.map(({ data }) => data.reason)).toEqual(['samePerson', 'streamTooLong']);
    expect(await run()).toMatchObject({
      findings: [],
      verdicts: { match: 5, explained: 0, diverged: 0, notReplayable: 0 },
    });
  });

  it('is decided again by the rules of its own kind, whatever else was refused under the same id before', async () => {
    const { run, store, give, asking, officer } = await houseWithRefusals();
    const id = uuidv4();
    const obstacles = { holds: [], openCases: [], activeUsers: [] };
    const approve = { type: 'approveErasure', data: { userId: officer, obstacles } } as const;
    await give(erasure, { ...asking(), id, command: approve });
    await give(hold, { ...asking(), id, command: { type: 'liftHold', data: {} } });
    const refused = await store.readStream(`rejection-${id}`);
    expect(refused.map(({ data }) => data.lifecycle)).toEqual(['erasure', 'hold']);
    expect(await run()).toMatchObject({
      findings: [],
      verdicts: { match: 7, diverged: 0, notReplayable: 0 },
    });
    const ofHolds = await run(aggregates, 'hold');
    expect(ofHolds).toMatchObject({ findings: [], verdicts: { match: 4, notReplayable: 0 } });
    const otherwise = await run(
      withRule('hold', () => accept()),
      'hold',
    );
    expect(otherwise.findings.map(({ streamId }) => streamId)).toContain(`rejection-${id}`);
  });

  it('is caught where a changed rule takes it', async () => {
    const { run, erasureId } = await houseWithRefusals();
    const { findings, verdicts } = await run(
      withRule('erasure', (command, state, now) => {
        const own = aggregates.find(({ category }) => category === 'erasure');
        if (command.type !== 'approveErasure' && own !== undefined) return own.decide(command, state, now);
        return accept({ type: 'ErasureApproved', data: { approvedBy: uuidv4() }, occurredAt: now });
      }),
    );
    expect(verdicts.diverged).toBe(1);
    expect(findings).toMatchObject([
      {
        verdict: 'diverged',
        streamId: `rejection-${erasureId}`,
        command: 'approveErasure',
        written: { outcome: 'rejected', reason: 'samePerson' },
        today: { outcome: 'accepted' },
      },
    ]);
  });

  it('is told to be not replayable by a release that has no such streams', async () => {
    const { run, erasureId } = await houseWithRefusals();
    const { findings } = await run(aggregates.filter(({ category }) => category !== 'erasure'));
    expect(findings.filter(({ streamId }) => streamId === `rejection-${erasureId}`)).toMatchObject([
      { verdict: 'notReplayable', why: 'this release has no rules for erasure' },
    ]);
  });
});
